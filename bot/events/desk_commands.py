"""The kansli plans, publishes, moves, repeats and cancels events."""

from __future__ import annotations

from dataclasses import replace

from bot import form_fields
from bot.events import access, audience, desk_cards, form, form_cards, notices
from bot.events.desk_cards import Standing
from bot.message import Json, Reply, UserError, say
from bot.register import target
from bot.register.audience import to_json
from bot.register.change import Change
from bot.routes import Role, Routes, Where
from bot.schedule import life, sentences
from bot.schedule.life import SeriesStep
from bot.schedule.plans import EventPlan
from bot.schedule.sentences import TimeReading
from bot.turn import Turn
from storage import events, groups, people, registrations
from storage.audiences import Audience
from storage.events import Event, EventKind, EventState

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)


def show(turn: Turn, row: Event, notice: str = "") -> Json:
    """Return the card of an event as it stands."""
    return desk_cards.preview(row, Standing.of(turn.app, turn.session, row, turn.now), notice)


@routes.command(
    "nytt webbinarium",
    help="Planera ett webbinarium eller annat möte, i ett formulär eller på en rad.",
    takes="om vad, dag och tid",
    aliases=(
        *("nytt webinarium", "nytt webinar", "nytt webbinar", "ny kurs", "ny utbildning", "nytt forum", "ny konferens"),
        *("nytt möte", "ny träff", "nytt årsmöte", "ny årskonferens", "nytt tjänstepersonsforum", "nytt event"),
    ),
)
def plan(turn: Turn) -> Reply:
    """Show the form; with a whole line, the draft that it makes."""
    kind, _ = form.opening(turn.incoming.text.strip(" /")) or (EventKind.WEBINAR, "")
    if not turn.argument:
        return say(card=_form(turn, EventPlan(kind, "", teams_meeting=kind is EventKind.WEBINAR)))
    return say(card=_draft(turn, kind, sentences.read(turn.argument, turn.now)))


def hear_plan(turn: Turn) -> Reply | None:
    """Make a draft of a line without a command, such as "webbinarium om skyfall torsdag 3 dec 9–10".

    Return None if the kansli did not write it, or if it does not say both a day and a clock time, right or wrong.
    """
    opened = form.opening(turn.incoming.text) if turn.personal else None
    if opened is None or "?" in turn.incoming.text:
        return None
    kind, rest = opened
    reading = sentences.read(rest, turn.now)
    spans = [when for when in (reading.when, *reading.choices) if when is not None]
    wrong = reading.doubt and not spans  # such as an end before the start
    timed = any(not when.whole_days for when in spans)
    return say(card=_draft(turn, kind, reading)) if (timed or wrong) and turn.kansli else None


@routes.command(
    "planera möten",
    help="Se utkast och alla möten, och publicera, flytta eller ställ in dem.",
    aliases=("hantera möten", "planera webbinarier", "hantera webbinarier"),
    button="event.desk.list",
)
def overview(turn: Turn) -> Reply:
    """List all events: first the coming ones, then those without a date, and last the past ones."""
    rows = events.everything(turn.session)
    ahead = [row for row in reversed(rows) if row.ends_at is not None and row.ends_at > turn.now]
    past = [row for row in rows if row.ends_at is not None and row.ends_at <= turn.now]
    shown = [*ahead, *(row for row in rows if row.ends_at is None), *past]
    coming = {
        row.id: registrations.taken(turn.session, row.id)
        for row in shown
        if row.starts_at and row.state == EventState.OPEN
    }
    return say(card=desk_cards.overview(shown, coming, turn.page))


@routes.action("event.desk.open")
def open_one(turn: Turn) -> Reply:
    """Show an event as it stands now."""
    return turn.in_place(show(turn, access.kept(turn)))


@routes.action("event.desk.new")
def new(turn: Turn) -> Reply:
    """Show an empty form. Nothing is stored until it is saved."""
    return turn.in_place(_form(turn, EventPlan(EventKind.WEBINAR, "", teams_meeting=True)))


@routes.action("event.desk.edit")
def edit(turn: Turn) -> Reply:
    """Show the form of an event."""
    row = access.editable(turn)
    return turn.in_place(_form(turn, EventPlan.of(row), row))


@routes.action("event.desk.save")
def save(turn: Turn) -> Reply:
    """Save the content, of a new draft or of the event that the form was shown for."""
    change = Change.of(turn)
    if not access.named(turn):
        written = form.read(turn.session, turn.data)
        row = life.create(change, written, audience.followers(written.themes))
        return turn.in_place(show(turn, row, "Sparat som utkast."))
    row = access.editable(turn)
    return _saved(turn, row, moved=life.save(change, row, form.read(turn.session, turn.data)))


@routes.action("event.desk.pick")
def pick(turn: Turn) -> Reply:
    """Set the time that the kansli meant, of those that its line may mean."""
    row = access.current(turn, EventState.DRAFT)
    life.save(Change.of(turn), row, replace(EventPlan.of(row), when=form.picked(turn.data)))
    return turn.in_place(show(turn, row, "Stämmer det? Tryck Ändra om något är fel."))


@routes.action("event.desk.publish")
def publish(turn: Turn) -> Reply:
    """Show the draft to the members."""
    row = access.current(turn, EventState.DRAFT)
    life.publish(Change.of(turn), row)
    notices.spread(turn.session, row, turn.now)
    return turn.in_place(show(turn, row, "Nu ser medlemmarna mötet."))


@routes.action("event.desk.publish_series")
def publish_series(turn: Turn) -> Reply:
    """Show all drafts of a series to the members."""
    row = access.current(turn, EventState.DRAFT)
    drafts = [one for one in events.of_series(turn.session, row.series) if one.state == EventState.DRAFT]
    for draft in drafts:
        life.publish(Change.of(turn), draft)
        notices.spread(turn.session, draft, turn.now)
    return turn.in_place(show(turn, row, f"{len(drafts)} möten är publicerade."))


@routes.action("event.desk.ask_move")
def ask_move(turn: Turn) -> Reply:
    """Show the form of another time."""
    row = access.current(turn, EventState.OPEN)
    return turn.in_place(form_cards.move(row, registrations.tally(turn.session, row.id), turn.now))


@routes.action("event.desk.move")
def move(turn: Turn) -> Reply:
    """Give an event another time. Everybody who is registered is told once."""
    row = access.current(turn, EventState.OPEN)
    when = form.span(turn.data)
    if when is None:
        raise UserError("Välj vilken dag mötet flyttas till.")
    due = form_fields.on_day(turn.data, "register_by", "den sista dagen att anmäla sig")
    return _saved(turn, row, moved=life.move(Change.of(turn), row, when, due))


@routes.action("event.desk.ask_cancel")
def ask_cancel(turn: Turn) -> Reply:
    """Ask whether to cancel, and why."""
    row = access.current(turn, EventState.OPEN)
    return turn.in_place(form_cards.cancel(row, registrations.tally(turn.session, row.id)))


@routes.action("event.desk.cancel")
def cancel(turn: Turn) -> Reply:
    """Call the event off."""
    row = access.current(turn, EventState.OPEN)
    life.cancel(Change.of(turn), row, str(turn.data.get("reason") or ""))
    notices.spread(turn.session, row, turn.now)
    return turn.in_place(show(turn, row, "Mötet är inställt."))


@routes.action("event.desk.copy")
def copy(turn: Turn) -> Reply:
    """Make a draft like an event, without a date."""
    row = life.copy(Change.of(turn), access.kept(turn))
    return turn.in_place(_form(turn, EventPlan.of(row), row))


@routes.action("event.desk.series")
def ask_series(turn: Turn) -> Reply:
    """Show the form of a series."""
    return turn.in_place(form_cards.repeat(access.current(turn, EventState.DRAFT)))


@routes.action("event.desk.repeat")
def repeat(turn: Turn) -> Reply:
    """Make a series of a draft."""
    row = access.current(turn, EventState.DRAFT)
    if turn.data.get("every") not in set(SeriesStep):
        raise UserError("Välj hur ofta mötet återkommer.")
    life.repeat(Change.of(turn), row, SeriesStep(str(turn.data.get("every"))), form.count_of(turn.data, "times"))
    return turn.in_place(desk_cards.series(events.of_series(turn.session, row.series)))


@routes.action("event.desk.afterwards")
def afterwards(turn: Turn) -> Reply:
    """Show the form of the recording and the material."""
    return turn.in_place(form_cards.afterwards(access.current(turn, EventState.OPEN)))


@routes.action("event.desk.finish")
def finish(turn: Turn) -> Reply:
    """Save the recording and the material."""
    row = access.current(turn, EventState.OPEN)
    life.finish(Change.of(turn), row, *(str(turn.data.get(name) or "").strip() for name in ("recording", "material")))
    return _saved(turn, row)


@routes.action("event.desk.discard")
def discard(turn: Turn) -> Reply:
    """Throw a draft away."""
    row = access.current(turn, EventState.DRAFT)
    life.discard(Change.of(turn), row)
    return turn.in_place(desk_cards.gone(row.title))


# whom to invite


@routes.action("event.desk.audience")
def invited(turn: Turn) -> Reply:
    """Show who is invited, and the form to add more."""
    return turn.in_place(_audience(turn, access.editable(turn)))


@routes.action("event.desk.invite")
def invite(turn: Turn) -> Reply:
    """Add people."""
    row = access.editable(turn)
    added, unknown = target.chosen(turn.session, turn.data, target.conditions(turn.app), turn.now)
    there, _ = audience.invited(turn.app, row)
    _invite(turn, row, there.plus((), added.people.parts).people)
    return turn.in_place(_audience(turn, row, f"Hittade inte: {', '.join(unknown[:10])}." if unknown else ""))


@routes.action("event.desk.uninvite")
def uninvite(turn: Turn) -> Reply:
    """Take one part of the people away."""
    row = access.editable(turn)
    there = audience.invited(turn.app, row)[0].people
    parts = [part for place, part in enumerate(there.parts) if place != turn.data.get("part")]
    _invite(turn, row, Audience(tuple(parts), there.unless))
    return turn.in_place(_audience(turn, row))


def _draft(turn: Turn, kind: EventKind, reading: TimeReading) -> Json:
    """Store what a line says, and return it read back, or the question about its time."""
    written = form.from_words(turn.session, kind, reading.rest, reading.when)
    row = life.create(Change.of(turn), written, audience.followers(written.themes))
    if reading.doubt:
        return desk_cards.doubt(row, reading.doubt, reading.choices)
    asked = f"{reading.note} Sparat som utkast. Stämmer det? Tryck Ändra om något är fel."
    return show(turn, row, asked.strip())


def _saved(turn: Turn, row: Event, *, moved: bool = False) -> Reply:
    if row.state == EventState.OPEN:
        notices.spread(turn.session, row, turn.now)
    told = moved and form_cards.concerned(registrations.tally(turn.session, row.id))
    return turn.in_place(show(turn, row, "Sparat. De anmälda får veta den nya tiden." if told else "Sparat."))


def _form(turn: Turn, written: EventPlan, row: Event | None = None) -> Json:
    offered = [(group.theme, group.name) for group in groups.everyone(turn.session) if group.open]
    return form_cards.form(written, offered, _organiser(turn, row) if row else "", turn.now, row)


def _organiser(turn: Turn, row: Event) -> str:
    person = people.by_id(turn.session, row.organiser_id)
    return (person.mail or person.name) if person else ""


def _invite(turn: Turn, row: Event, chosen: Audience) -> None:
    life.invite(Change.of(turn), row, to_json(chosen) if chosen.parts else {})


def _audience(turn: Turn, row: Event, notice: str = "") -> Json:
    known = target.conditions(turn.app)
    to, gone = audience.invited(turn.app, row)
    found = target.counted(turn.session, to, turn.now, turn.app.settings, known)
    chosen = target.lines(turn.session, to, known)
    offered = target.choices(turn.session, known)
    return form_cards.invited(row, chosen, target.in_numbers(found), offered, f"{notice} {gone}".strip())
