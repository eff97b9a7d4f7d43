"""Write, aim, approve, schedule and send an announcement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot import links
from bot.announcements import access, audience_cards, desk_cards, lifecycle, manuscript, notices, send_cards
from bot.announcements.desk_cards import Aim, Review
from bot.announcements.manuscript import Manuscript
from bot.announcements.send_cards import Progress
from bot.message import Json, Reply, UserError, say
from bot.register import audience, subscriptions, target
from bot.register.change import Change
from bot.register.target import HeadCount, Target
from bot.routes import Role, Routes, Where
from bot.swedish import date_of, is_open, next_open
from bot.turn import Turn
from storage import kansli, outbox, people, saved_audiences
from storage.announcements import Announcement, AnnouncementState
from storage.outgoing import Outgoing, ToPerson
from storage.people import Person

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)
CLOSED = "Obs: den tiden är utanför arbetstid. Tryck Avschemalägg om du vill välja en annan."
WRITTEN = (AnnouncementState.DRAFT, AnnouncementState.SCHEDULED)


def show(turn: Turn, row: Announcement, notice: str = "") -> Reply:
    """Show an announcement to the kansli: as it will look, or how the sending goes."""
    return say(card=shown(turn, row, notice))


def shown(turn: Turn, row: Announcement, notice: str = "") -> Json:
    """Return the card of an announcement as it stands."""
    if row.state not in WRITTEN:
        return send_cards.progress(row, Progress.of(turn.session, row, turn.app.settings.rate), notice)
    known = target.conditions(turn.app)
    to, gone = _aimed(turn, row)
    notice = f"{notice} {gone}".strip()
    found = target.counted(turn.session, to, turn.now, turn.app.settings, known)
    approver = people.by_id(turn.session, row.approved_by_id) if row.approved_version == row.version else None
    review = Review(
        lifecycle.needs_review(row, found, turn.app.settings.review_above), approver.called if approver else ""
    )
    return desk_cards.preview(
        row,
        manuscript.problems(Manuscript.of(row), date_of(turn.now)),
        Aim(target.sentence(turn.session, to, known), target.in_numbers(found), _not_at_once(turn, row, to, found)),
        review,
        notice,
    )


@routes.action("announcements.open")
def open_one(turn: Turn) -> Reply:
    """Show an announcement as it stands now."""
    return turn.in_place(shown(turn, access.kept(turn)))


@routes.action("announcements.edit")
def edit(turn: Turn) -> Reply:
    """Show the form of a draft's content."""
    row = access.editable(turn)
    return turn.in_place(desk_cards.form(Manuscript.of(row), turn.now, number=row.id, version=row.version))


@routes.action("announcements.save")
def save(turn: Turn) -> Reply:
    """Save the content, of a new draft or of the one that the form was shown for."""
    written = manuscript.read(turn.data)
    change = Change.of(turn)
    if not access.named(turn):
        return turn.in_place(shown(turn, lifecycle.create(change, written, Target()), "Sparat som utkast."))
    row = access.editable(turn)
    lifecycle.save(change, row, written)
    return turn.in_place(shown(turn, row, "Sparat."))


@routes.action("announcements.mail")
def as_mail(turn: Turn) -> Reply:
    """Show the mail."""
    return turn.in_place(desk_cards.as_mail(access.kept(turn), links.chat(turn.app.settings)))


@routes.action("announcements.discard")
def discard(turn: Turn) -> Reply:
    """Throw a draft away."""
    row = access.current(turn, AnnouncementState.DRAFT)
    lifecycle.discard(Change.of(turn), row)
    return turn.in_place(desk_cards.gone(row.heading))


# to whom


@routes.action("announcements.audience")
def aim(turn: Turn) -> Reply:
    """Show to whom it goes, and the form to add recipients."""
    return turn.in_place(_audience(turn, access.editable(turn)))


@routes.action("announcements.add_part")
def add_part(turn: Turn) -> Reply:
    """Add channels and people, and conditions that take people away."""
    row = access.editable(turn)
    known = target.conditions(turn.app)
    added, unknown = target.chosen(turn.session, turn.data, known, turn.now)
    there, _ = _aimed(turn, row)
    lifecycle.retarget(Change.of(turn), row, there.plus(added.channels, added.people.parts, added.people.unless))
    lost = f"Hittade inte i listan: {', '.join(unknown[:10])}{' …' if len(unknown) > 10 else ''}." if unknown else ""  # noqa: PLR2004 - as many as read well
    return turn.in_place(_audience(turn, row, lost))


@routes.action("announcements.remove_part")
def remove_part(turn: Turn) -> Reply:
    """Take away one line: the channels, a part of the people, or a condition that takes people away."""
    row = access.editable(turn)
    there, _ = _aimed(turn, row)
    which = turn.data.get("part")
    if isinstance(which, int) and which >= 0:
        lifecycle.retarget(Change.of(turn), row, there.without(which))
    return turn.in_place(_audience(turn, row))


@routes.action("announcements.save_audience")
def save_audience(turn: Turn) -> Reply:
    """Save to whom it goes by a name, for later announcements."""
    row = access.editable(turn)
    name = " ".join(str(turn.data.get("name") or "").split())
    if not 0 < len(name) <= 80:  # noqa: PLR2004 - the column's width
        raise UserError("Skriv ett namn på urvalet, högst 80 tecken.")
    saved_audiences.save(turn.session, name, row.audience, turn.now)
    Change.of(turn).record(f"Sparat urvalet {name}", row.subject)
    return turn.in_place(_audience(turn, row, f"Urvalet ”{name}” är sparat."))


@routes.action("announcements.people")
def list_people(turn: Turn) -> Reply:
    """List the recipients."""
    row = access.kept(turn, *WRITTEN)
    known = target.conditions(turn.app)
    to = target.of(row.audience, known)
    found = audience.addressees(turn.session, to.people, turn.now, target.opened(turn.app.settings), known)
    channels = list(target.channels(turn.session, to))
    aside = subscriptions.of(turn.session, row, to, row.send_at or turn.now)
    return turn.in_place(audience_cards.people(row, found, aside, channels, turn.page))


# approve, schedule and send


@routes.action("announcements.ask_review")
def ask_review(turn: Turn) -> Reply:
    """Ask which colleague should look at it."""
    row = access.editable(turn)
    lifecycle.refuse_unfinished(row, date_of(turn.now))
    return turn.in_place(send_cards.ask_review(row, reviewers(turn, {turn.person.id, row.changed_by_id})))


def reviewers(turn: Turn, writers: Collection[int | None]) -> Sequence[Person]:
    """Return the colleagues who may approve what these people wrote. Raise :class:`UserError` if there are none."""
    others = [person for person in kansli.everyone(turn.session) if person.id not in writers]
    if not others:
        raise UserError(
            "Det finns ingen annan på kansliet som kan granska. Skriv **roller** för att ge rollen till någon."
        )
    return others


def chosen_reviewer(turn: Turn, writers: Collection[int | None]) -> Person:
    """Return the colleague whom the form names. Raise :class:`UserError` for anybody who may not approve."""
    wanted = str(turn.data.get("reviewer") or "")
    found = next((person for person in kansli.everyone(turn.session) if str(person.id) == wanted), None)
    if found is None or found.id in writers:
        raise UserError("Välj någon annan på kansliet.")
    return found


@routes.action("announcements.request_review")
def request_review(turn: Turn) -> Reply:
    """Send the announcement to a colleague to approve."""
    row = access.editable(turn)
    reviewer = chosen_reviewer(turn, {row.changed_by_id})
    known = target.conditions(turn.app)
    to = target.sentence(turn.session, target.of(row.audience, known), known)
    post_review(turn.session, row, reviewer.id, send_cards.review(row, turn.person.called, to), turn.now)
    return turn.in_place(shown(turn, row, f"{reviewer.called} har fått utskicket att granska."))


@routes.action("announcements.approve")
def approve(turn: Turn) -> Reply:
    """Approve the newest version."""
    row = access.editable(turn)
    lifecycle.refuse_unfinished(row, date_of(turn.now))
    lifecycle.approve(Change.of(turn), row)
    if row.changed_by_id is not None:
        post_review(turn.session, row, row.changed_by_id, send_cards.approved(row, turn.person.called), turn.now)
    return turn.in_place(shown(turn, row, "Godkänt."))


@routes.action("announcements.ask_schedule")
def ask_schedule(turn: Turn) -> Reply:
    """Show the form of a time."""
    row = access.current(turn, AnnouncementState.DRAFT)
    _refuse_unsent(turn, row)
    return turn.in_place(send_cards.ask_schedule(row, turn.now))


@routes.action("announcements.schedule")
def schedule(turn: Turn) -> Reply:
    """Have it sent at a time in Stockholm."""
    row = access.current(turn, AnnouncementState.DRAFT)
    _refuse_unsent(turn, row)
    when = lifecycle.checked_moment(turn.data.get("day"), turn.data.get("time"), turn.now)
    lifecycle.schedule(Change.of(turn), row, when, lifecycle.checked_rule(turn.data, when))
    return turn.in_place(shown(turn, row, "" if is_open(when) else CLOSED))


@routes.action("announcements.unschedule")
def unschedule(turn: Turn) -> Reply:
    """Make it a draft again."""
    row = access.current(turn, AnnouncementState.SCHEDULED)
    lifecycle.unschedule(Change.of(turn), row)
    return turn.in_place(shown(turn, row, "Avschemalagt. Det ligger kvar som utkast."))


@routes.action("announcements.send")
def send(turn: Turn) -> Reply:
    """Send it; ask first outside working hours."""
    row = access.current(turn, AnnouncementState.DRAFT)
    if is_open(turn.now):
        return _send(turn, row)
    numbers = target.in_numbers(_refuse_unsent(turn, row))
    return turn.in_place(send_cards.outside_hours(row, turn.now, next_open(turn.now), numbers))


@routes.action("announcements.send_anyway")
def send_anyway(turn: Turn) -> Reply:
    """Send it although people are not at work."""
    return _send(turn, access.current(turn, AnnouncementState.DRAFT))


def _send(turn: Turn, row: Announcement) -> Reply:
    found = _refuse_unsent(turn, row)
    lifecycle.send(Change.of(turn), row)
    notices.start(turn.app, turn.session, row, turn.now)
    return turn.in_place(send_cards.started(row, found.lost))


def _refuse_unsent(turn: Turn, row: Announcement) -> HeadCount:
    """Return how many it goes to. Raise :class:`UserError` if it may not be sent."""
    known = target.conditions(turn.app)
    found = target.counted(turn.session, target.of(row.audience, known), turn.now, turn.app.settings, known)
    lifecycle.refuse_unsent(row, found, turn.app.settings.review_above, date_of(turn.now))
    return found


def _not_at_once(turn: Turn, row: Announcement, to: Target, found: HeadCount) -> tuple[str, ...]:
    """Return how many can't be reached, or have chosen to get it later or not from the bot, and why."""
    aside = subscriptions.of(turn.session, row, to, row.send_at or turn.now)
    here = {person: why for person, why in aside.items() if person in found.ids}
    return (*target.unreached(found), *subscriptions.in_numbers(here))


def head_count(turn: Turn, row: Announcement) -> HeadCount:
    """Return how many it goes to now; nobody if it names a condition that is gone."""
    to, _ = _aimed(turn, row)
    return target.counted(turn.session, to, turn.now, turn.app.settings, target.conditions(turn.app))


def _aimed(turn: Turn, row: Announcement) -> tuple[Target, str]:
    """Return to whom it goes; if it names a condition that is gone, nobody, and the words about that."""
    try:
        return target.of(row.audience, target.conditions(turn.app)), ""
    except UserError as refusal:
        return Target(), str(refusal)


def _audience(turn: Turn, row: Announcement, notice: str = "") -> Json:
    known = target.conditions(turn.app)
    to, gone = _aimed(turn, row)
    found = target.counted(turn.session, to, turn.now, turn.app.settings, known)
    chosen = target.lines(turn.session, to, known)
    offered = target.choices(turn.session, known)
    return audience_cards.form(row, chosen, target.in_numbers(found), offered, f"{notice} {gone}".strip())


def post_review(
    session: Session, row: Announcement, reviewer: int, card: Json, now: datetime, *, key: str = ""
) -> None:
    """Ask a second person to approve the newest version, or with its key a correction; and tell its writer of it."""
    key = key or f"announcement_review:{row.id}:{row.version}:person:{reviewer}"
    outbox.enqueue(session, Outgoing(key, f"announcement_review:{row.id}", ToPerson(reviewer), card=card), now)
