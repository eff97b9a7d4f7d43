"""Follow an announcement that is out: stop it, report, send again, correct, take back, copy."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlalchemy.orm import Session

from bot import downloads
from bot.announcements import (
    access,
    desk_cards,
    desk_commands,
    lifecycle,
    manuscript,
    notices,
    outcomes,
    reminders,
    report_cards,
    send_cards,
)
from bot.announcements.desk_commands import shown
from bot.announcements.manuscript import Manuscript
from bot.announcements.outcomes import Line
from bot.announcements.report_cards import Correction, Presses
from bot.message import Json, Reply, UserError, say
from bot.register.change import Change
from bot.routes import FileRequest, Role, Routes, Where
from bot.swedish import count, date_of
from bot.turn import Turn
from storage import announcements, copies, groups, news_lists, outbox, viewpoints
from storage.announcements import OUT, Announcement, AnnouncementState
from storage.outbox import State

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)
GOING = (AnnouncementState.SENDING, AnnouncementState.SENT)
HELD = (AnnouncementState.SENDING, AnnouncementState.SENT, AnnouncementState.CANCELLED)
"""Where people may have a copy that is not recalled."""
CORRECTED = "Rättelsen är på väg till dem som har fått utskicket."
NO_ADDRESS = "Här kan jag inte ge dig en fil. Be driften sätta SEKOM_PUBLIC_URL. Rapportens kort har samma uppgifter."


@routes.action("announcements.stop")
def stop(turn: Turn) -> Reply:
    """Stop what has not gone."""
    row = access.kept(turn, AnnouncementState.SENDING)
    stopped = lifecycle.stop(Change.of(turn), row)
    turn.session.flush()
    notices.show_progress(turn.app, turn.session, row, turn.now)
    text = f"Avbrutet. {count(stopped, 'meddelande', 'meddelanden')} stoppades innan de gick."
    if row.prepared_at is None:
        text = "Avbrutet. Om en stund säger rapporten vilka som inte fick det."
    return turn.in_place(shown(turn, row, text))


@routes.action("announcements.report")
def show_report(turn: Turn) -> Reply:
    """Show the outcomes."""
    return _led_to(turn, _report(turn, access.kept(turn, *OUT)))


@routes.download(
    "announcement_report",
    saved_as="utskick-rapport.xlsx",
    content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    role=Role.KANSLI,
)
def excel(wanted: FileRequest) -> Callable[[], bytes]:
    """Return the report as a file."""
    row = announcements.find(wanted.session, wanted.about or 0)
    return partial(outcomes.workbook, _lines(wanted.session, row) if row else [])


@routes.action("announcements.excel")
def fetch(turn: Turn) -> Reply:
    """Show a link to the report. It is kept nowhere, so a repeated press gets the way to a new one."""
    row = access.kept(turn, *OUT)
    url = downloads.link(turn, excel, NO_ADDRESS, about=row.id)
    kept = turn.in_place(report_cards.no_link(row))
    reply = turn.in_place(report_cards.file(row, url))
    return Reply(reply.messages, reply.view, reply.state, kept=kept)


@routes.action("announcements.resend")
def resend(turn: Turn) -> Reply:
    """Send once more to everybody it did not reach."""
    return _again(turn, (State.FAILED, State.UNREACHABLE, State.EXPIRED), "Skickat om till misslyckade")


@routes.action("announcements.ask_uncertain")
def ask_uncertain(turn: Turn) -> Reply:
    """Ask before people may get it twice."""
    row = access.kept(turn, *GOING)
    number = copies.tally(turn.session, row.subject)[State.UNCERTAIN]
    number += len(news_lists.messages(turn.session, row.id, [State.UNCERTAIN]))
    return turn.in_place(report_cards.ask_uncertain(row, number))


@routes.action("announcements.resend_uncertain")
def resend_uncertain(turn: Turn) -> Reply:
    """Send once more to people who may have it."""
    return _again(turn, (State.UNCERTAIN,), "Skickat om till osäkra")


@routes.action("announcements.ask_nudge")
def ask_nudge(turn: Turn) -> Reply:
    """Ask before people who have pressed nothing are reminded."""
    row = access.kept(turn, *GOING)
    return turn.in_place(report_cards.ask_nudge(row, _silent(turn, row), turn.now))


@routes.action("announcements.nudge")
def nudge(turn: Turn) -> Reply:
    """Remind people who have pressed nothing."""
    row = access.current(turn, *GOING)
    number = _silent(turn, row)
    lifecycle.nudge(Change.of(turn), row)
    return turn.in_place(_report(turn, row, f"Påminner {count(number, 'person', 'personer')}."))


@routes.action("announcements.correct")
def correct(turn: Turn) -> Reply:
    """Show the form of a correction: with the content as it is, or as the kansli has begun to change it."""
    row = access.current(turn, *HELD)
    begun = manuscript.read(turn.data) if turn.data.get("heading") else Manuscript.of(row)
    form = desk_cards.form(begun, turn.now, number=row.id, version=row.version, correcting=True)
    return _led_to(turn, form)


@routes.action("announcements.look_over")
def look_over(turn: Turn) -> Reply:
    """Show a correction before it goes."""
    row = access.current(turn, *HELD)
    written = manuscript.read(turn.data)
    if written == Manuscript.of(row):
        raise UserError("Inget är ändrat, så det finns inget att rätta.")
    left = copies.tally(turn.session, row.subject)[State.WAITING]
    numbers = f"{count(left, 'mottagare', 'mottagare')} som väntar får den nya texten direkt." if left else ""
    problems = manuscript.problems(written, lifecycle.judged_on(row, written, date_of(turn.now)))
    mailed = outcomes.in_mails(turn.session, row)
    reviewers = desk_commands.reviewers(turn, {turn.person.id}) if _needs_review(turn, row) else ()
    return turn.in_place(
        report_cards.correction(row, Correction(written, problems, numbers, mailed, reviewers), turn.now)
    )


@routes.action("announcements.send_correction")
def send_correction(turn: Turn) -> Reply:
    """Correct the announcement for people who have it and for those who are left."""
    row = access.current(turn, *HELD)
    if _needs_review(turn, row):
        raise UserError("Utskicket har gått till så många att rättelsen ska granskas. Välj Be någon granska.")
    lifecycle.correct(Change.of(turn), row, manuscript.read(turn.data))
    notices.rewrite(turn.session, row, turn.now)
    return turn.in_place(shown(turn, row, CORRECTED))


@routes.action("announcements.request_correction")
def request_correction(turn: Turn) -> Reply:
    """Send a correction to a colleague to approve."""
    row = access.current(turn, *HELD)
    written = manuscript.read(turn.data)
    lifecycle.refuse_wrong(written, lifecycle.judged_on(row, written, date_of(turn.now)))
    reviewer = desk_commands.chosen_reviewer(turn, {turn.person.id})
    card = send_cards.review_correction(row, written, turn.person, turn.now)
    key = access.review_key(row, written, turn.person.id, reviewer.id)
    desk_commands.post_review(turn.session, row, reviewer.id, card, turn.now, key=key)
    return turn.in_place(shown(turn, row, f"{reviewer.called} har fått rättelsen att granska. Inget är ändrat än."))


@routes.action("announcements.approve_correction")
def approve_correction(turn: Turn) -> Reply:
    """Approve a correction that a colleague wrote, and send it."""
    row = access.current(turn, *HELD)
    written = manuscript.read(turn.data)
    lifecycle.correct_as_approved(Change.of(turn), row, written, access.writer_of(turn, row, written))
    notices.rewrite(turn.session, row, turn.now)
    return turn.in_place(shown(turn, row, CORRECTED))


@routes.action("announcements.ask_recall")
def ask_recall(turn: Turn) -> Reply:
    """Ask how to take it back."""
    return _led_to(turn, report_cards.ask_recall(access.current(turn, *HELD)))


@routes.action("announcements.recall")
def recall(turn: Turn) -> Reply:
    """Take it back."""
    row = access.current(turn, *HELD)
    stopped = lifecycle.recall(Change.of(turn), row, delete=turn.data.get("delete") is True)
    turn.session.flush()
    notices.show_progress(turn.app, turn.session, row, turn.now)
    text = f" {count(stopped, 'meddelande', 'meddelanden')} stoppades." if stopped else ""
    return turn.in_place(shown(turn, row, f"Utskicket tas tillbaka. Rapporten säger var det inte gick.{text}"))


@routes.action("announcements.copy")
def copy(turn: Turn) -> Reply:
    """Make a draft of an earlier announcement."""
    fresh = lifecycle.copy(Change.of(turn), access.kept(turn))
    return _led_to(turn, shown(turn, fresh, "En kopia är sparad som utkast. Ändra det som ska vara nytt."))


def _led_to(turn: Turn, card: Json) -> Reply:
    """Show what a button leads to: in place, or below a card that its next numbers are about to replace."""
    return say(card=card) if turn.data.get("below") is True else turn.in_place(card)


def _again(turn: Turn, states: tuple[State, ...], what: str) -> Reply:
    row = access.kept(turn, *GOING)
    number = copies.send_again(turn.session, row.subject, states, turn.now)
    lists = news_lists.messages(turn.session, row.id, states)
    number += sum(outbox.send_again(turn.session, message, turn.now) for message in lists)
    if not number:
        raise UserError("Det finns inga kvar att skicka om till.")
    notices.rewrite(turn.session, row, turn.now)  # a row that failed may have an older text
    lifecycle.reopen(Change.of(turn), row, what)
    turn.session.flush()
    return turn.in_place(_report(turn, row, f"Skickar om till {count(number, 'mottagare', 'mottagare')}."))


def _needs_review(turn: Turn, row: Announcement) -> bool:
    """Return whether a second person must approve a correction, by the number that decides about a first sending.

    That is the audience. The rows alone are too few while they are made, and without those who read a weekly letter.
    """
    people = max(copies.people(turn.session, row.subject), desk_commands.head_count(turn, row).people)
    return 0 < turn.app.settings.review_above < people


def _silent(turn: Turn, row: Announcement) -> int:
    """Return how many people can be reminded. Raise :class:`UserError` if nobody may be."""
    lifecycle.refuse_nudge(row, date_of(turn.now))
    number = len(viewpoints.silent(turn.session, row, turn.now - reminders.FRESH))
    if not number:
        raise UserError("Alla har tryckt, eller fick utskicket för mindre än ett dygn sedan.")
    return number


def _report(turn: Turn, row: Announcement, notice: str = "") -> Json:
    try:
        silent = _silent(turn, row) if row.state in GOING else 0
    except UserError:
        silent = 0
    reminded = copies.tally(turn.session, f"announcement_nudge:{row.id}")[State.SENT]
    pressed = Presses(
        announcements.mark_counts(turn.session, row.id), silent, reminded, viewpoints.count(turn.session, row.id)
    )
    return report_cards.report(row, _lines(turn.session, row), pressed, turn.page, notice)


def _lines(session: Session, row: Announcement) -> list[Line]:
    names = {group.conversation_id: group.name for group in groups.everyone(session) if group.conversation_id}
    return outcomes.lines(session, row, names)
