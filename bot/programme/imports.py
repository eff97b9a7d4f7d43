"""What importing a programme would do: shown first, then carried out as it was shown. It adds and changes only.

An event is known again by where it came from. What only the chat knows, such as who is invited and who holds it, stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.imports.plans import ImportLine, ImportOutcome, ImportPlan
from bot.message import UserError
from bot.programme import calendar_file, table
from bot.programme.entries import Entry, PlannedEvent, RefusedEntry
from bot.register import headings, spreadsheet
from bot.register.change import Change
from bot.schedule import life, plans, times
from bot.schedule.plans import EventPlan
from storage import events, groups
from storage.events import Event, EventState

_CALENDAR = "BEGIN:VCALENDAR"
_WORDS = (
    ("kind", "sorten"),
    ("title", "titeln"),
    ("when", "tiden"),
    ("place", "platsen"),
    ("join_url", "länken"),
    ("teams_meeting", "Teams-mötet"),
    ("themes", "temagruppen"),
    ("seats", "platserna"),
    ("register_by", "sista anmälningsdagen"),
    ("academy", "akademin"),
    ("text", "texten"),
)


class Programme(ImportPlan[PlannedEvent]):
    """What an import does, with the events that are new or change."""


def text_of(data: bytes) -> str | None:
    """Return a file's programme as text that :func:`prepared` reads; None if the file holds no programme."""
    if data.removeprefix(b"\xef\xbb\xbf").lstrip().upper().startswith(_CALENDAR.encode()):
        return data.decode("utf-8-sig", "replace")
    try:
        return headings.chosen(spreadsheet.read(data), table.is_heading)
    except UserError:
        return None


def prepared(change: Change, text: str) -> Programme:
    """Return what importing a programme would do now. Raise :class:`UserError` for a text that holds none."""
    lines: list[ImportLine] = []
    wanted: list[PlannedEvent] = []
    for entry in _entries(change, text):
        line = _line(change, entry)
        lines.append(line)
        if isinstance(entry, PlannedEvent) and line.outcome in (ImportOutcome.NEW, ImportOutcome.CHANGED):
            wanted.append(entry)
    return Programme(tuple(lines), tuple(wanted))


def carry_out(change: Change, programme: Programme) -> list[Event]:
    """Save what was shown. Return the open events that changed, so that the caller tells the people registered."""
    changed = []
    for entry in programme.wanted:
        event = events.by_source(change.session, entry.source)
        if event is None:
            life.create(change, entry.plan).source = entry.source
            continue
        life.save(change, event, _merged(entry.plan, event))
        if event.state == EventState.OPEN:
            changed.append(event)
    counts = programme.counts
    number = f"{counts[ImportOutcome.NEW]} nya, {counts[ImportOutcome.CHANGED]} ändrade"
    change.record(f"Program importerat: {number}", "events")
    return changed


def _entries(change: Change, text: str) -> Sequence[Entry]:
    if text.lstrip("\ufeff \r\n").upper().startswith(_CALENDAR):
        return calendar_file.read(text.encode(), change.now)
    themes = {
        name.casefold(): group.theme for group in groups.everyone(change.session) for name in (group.theme, group.name)
    }
    return table.read(spreadsheet.read_text(text), themes, change.now)


def _line(change: Change, entry: Entry) -> ImportLine:
    if isinstance(entry, RefusedEntry):
        return ImportLine(entry.where, ImportOutcome.REFUSED, entry.title, entry.reason)
    try:
        outcome, what = _compared(change, entry)
    except UserError as refusal:
        outcome, what = ImportOutcome.REFUSED, str(refusal)
    return ImportLine(entry.where, outcome, entry.plan.title, what)


def _compared(change: Change, entry: PlannedEvent) -> tuple[ImportOutcome, str]:
    event = events.by_source(change.session, entry.source)
    if event is not None and event.state == EventState.CANCELLED:
        raise UserError("Mötet är inställt här. Kopiera det om det ska hållas.")
    plan = _merged(entry.plan, event)
    if event is not None and plan == EventPlan.of(event):
        return ImportOutcome.UNCHANGED, ""
    plans.refuse(change, plan, event)
    when = ". ".join(filter(None, (times.written(plan.when), entry.note)))
    if event is None:
        return ImportOutcome.NEW, when
    parts = ", ".join(_differences(EventPlan.of(event), plan))
    open_ = " De anmälda får veta det." if event.state == EventState.OPEN else ""
    return ImportOutcome.CHANGED, f"Ändrar {parts}. {when.capitalize()}.{open_}"


def _merged(plan: EventPlan, event: Event | None) -> EventPlan:
    """Return the plan with what the file does not say kept as it is."""
    if event is None:
        return plan
    before = EventPlan.of(event)
    return replace(
        plan,
        organiser_id=before.organiser_id,
        themes=plan.themes or before.themes,
        seats=plan.seats or before.seats,
        register_by=plan.register_by or before.register_by,
        academy=plan.academy or before.academy,
        text=plan.text or before.text,
        place=plan.place or before.place,
        join_url=plan.join_url or before.join_url,
        teams_meeting=before.teams_meeting if event.state == EventState.OPEN else plan.teams_meeting,
        when=plan.when or before.when,
    )


def _differences(before: EventPlan, after: EventPlan) -> Iterator[str]:
    for name, word in _WORDS:
        if getattr(before, name) != getattr(after, name):
            yield word
