"""Read the kansli's plan of an event, from the form or from one line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from bot import form_fields
from bot.message import UserError
from bot.plain_text import clean_line
from bot.register import words
from bot.schedule import times
from bot.schedule.plans import KIND_NAMES, EventPlan
from bot.schedule.times import Span
from bot.search import themes
from storage import groups, people
from storage.events import EventKind

_KINDS = (
    (EventKind.ANNUAL_MEETING, r"årskonferens|årsmöte"),
    (EventKind.WEBINAR, r"webb?inar(?:ium)?"),
    (EventKind.COURSE, r"kurs|utbildning"),
    (EventKind.FORUM, r"(?:tjänstepersons)?forum"),
    (EventKind.CONFERENCE, r"konferens"),
    (EventKind.OTHER, r"möte|träff"),
)
_OPENING = re.compile(
    rf"\s*(?:nytt?\s+)?(?P<word>{'|'.join(pattern for _, pattern in _KINDS)})\b\s*:?\s*(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_TEAMS = re.compile(r",?\s*\b(?:på|via|i|över)\s+teams\b|,?\s*\bdigitalt\b", re.IGNORECASE)
_PLACE = re.compile(r",?\s*\b(?:i|på)\s+((?:[A-ZÅÄÖ][\w.-]*)(?:\s+[A-ZÅÄÖ][\w.-]*)*)\s*$")
_SEATS = re.compile(r",?\s*\b(?:med\s+|högst\s+)*(\d{1,4})\s+platser\b", re.IGNORECASE)
_NAME = re.compile(r"(?:om|:)\s+", re.IGNORECASE)


def opening(text: str) -> tuple[EventKind, str] | None:
    """Return the kind of event that a line begins with, and the rest: "nytt forum om vatten", "kurs 3 maj"."""
    match = _OPENING.match(text)
    if match is None:
        return None
    kind = next(kind for kind, pattern in _KINDS if re.fullmatch(pattern, match["word"], re.IGNORECASE))
    return kind, match["rest"].strip()


def from_words(session: Session, kind: EventKind, line: str, when: Span | None) -> EventPlan:
    """Return the plan that a line says, apart from its time. A theme group is chosen by its key words."""
    urls = [url.rstrip(".,;!?)") for url in _URL.findall(line)]
    rest = _URL.sub(" ", line)
    online, rest = bool(_TEAMS.search(rest)), _TEAMS.sub(" ", rest)
    most, rest = _SEATS.search(rest), _SEATS.sub(" ", rest)
    match = None if online or kind is EventKind.WEBINAR else _PLACE.search(" ".join(rest.split()))
    rest = " ".join(rest.split())
    rest = (rest[: match.start()] if match else rest).strip(" ,.;:–-")
    title = words.capital(_NAME.sub("", rest, count=1) if _NAME.match(rest) else rest) or KIND_NAMES[kind]
    return EventPlan(
        kind=kind,
        title=title,
        when=when,
        teams_meeting=not urls and (online or kind is EventKind.WEBINAR),
        join_url=urls[0] if urls else "",
        place=match[1] if match else "",
        seats=int(most[1]) if most else None,
        themes=tuple(
            group.theme for group in groups.everyone(session) if group.open and themes.key_words(title, group.words)
        ),
    )


def read(session: Session, data: Mapping[str, Any]) -> EventPlan:
    """Return the plan in a form. Raise :class:`UserError` for anything that can't be read."""
    if data.get("kind") not in set(EventKind):
        raise UserError("Välj vilken sorts möte det är.")
    return EventPlan(
        kind=EventKind(str(data["kind"])),
        title=" ".join(form_fields.text(data, "heading").split()),
        text=form_fields.text(data, "text"),
        when=span(data),
        teams_meeting=_on(data, "teams"),
        join_url=form_fields.text(data, "join_url"),
        place=" ".join(form_fields.text(data, "place").split()),
        themes=_themes(session, form_fields.text(data, "themes")),
        seats=_number(form_fields.text(data, "seats"), "Skriv antalet platser med siffror, eller lämna rutan tom."),
        register_by=form_fields.on_day(data, "register_by", "den sista dagen att anmäla sig"),
        academy=_on(data, "academy"),
        organiser_id=_organiser(session, clean_line(form_fields.text(data, "organiser"), 200)),
    )


def span(data: Mapping[str, Any]) -> Span | None:
    """Return the time in a form; None if no day is filled in. Raise :class:`UserError` if it can't be read."""
    first, last = form_fields.on_day(data, "day", "dagen"), form_fields.on_day(data, "last_day", "den sista dagen")
    start, end = form_fields.text(data, "start"), form_fields.text(data, "end")
    if first is None:
        if start or end or last:
            raise UserError("Välj vilken dag mötet är.")
        return None
    if last is not None and last < first:
        raise UserError("Sista dagen är före den första. Ändra den, eller lämna den tom.")
    if not start and not end:
        return times.whole(first, last)
    if not start:
        raise UserError("Skriv när mötet börjar.")
    starts = times.moment(first, start)
    return Span(starts, times.moment(last or first, end) if end else starts + times.USUAL)


def picked(data: Mapping[str, Any]) -> Span:
    """Return the time that a button names. Raise :class:`UserError` for anything else."""
    try:
        return Span(times.stored(str(data.get("starts"))), times.stored(str(data.get("ends"))))
    except ValueError:
        raise UserError("Den tiden går inte att läsa. Tryck Ändra och välj dag.") from None


def count_of(data: Mapping[str, Any], name: str) -> int:
    """Return the whole number in a field; 0 if it is empty. Raise :class:`UserError` for anything else."""
    return _number(form_fields.text(data, name), "Skriv antalet med siffror.") or 0


def _on(data: Mapping[str, Any], name: str) -> bool:
    return data.get(name) in (True, "true")


def _number(text: str, refusal: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.removeprefix("-").isdecimal() and len(text) < 10):  # noqa: PLR2004 - far above every limit
        raise UserError(refusal)
    return int(text)


def _themes(session: Session, value: str) -> tuple[str, ...]:
    wanted = {part.strip() for part in value.split(",")} - {""}
    known = [group.theme for group in groups.everyone(session) if group.open or group.theme in wanted]
    if not wanted <= set(known):
        raise UserError("Temagrupperna har ändrats sedan formuläret visades. Öppna det igen.")
    return tuple(theme for theme in known if theme in wanted)


def _organiser(session: Session, written: str) -> int | None:
    """Return the person with this mail address or whole name. Raise :class:`UserError` for nobody and for several."""
    if not written:
        return None
    by_mail = [person.id for person in people.with_mails(session, [written.casefold()]).get(written.casefold(), ())]
    ids = by_mail or people.ids_by_name(session).get(written.casefold(), [])
    if len(ids) == 1:
        return ids[0]
    problem = "Det finns flera som heter" if ids else "Jag hittar ingen som heter"
    raise UserError(f"{problem} {written}. Skriv mejladressen till den som håller i mötet, eller lämna rutan tom.")
