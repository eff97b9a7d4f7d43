"""The starting content, and loading it into an empty database."""

from __future__ import annotations

import csv
import tomllib
from datetime import UTC, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage import faq, info_links, people, places
from storage import municipalities as storage_municipalities
from storage.contacts import Contact
from storage.duties import Duty
from storage.events import Event, EventState
from storage.faq import Entry, EntryState, Phrasing
from storage.groups import ThemeGroup
from storage.info_links import Track
from storage.municipalities import MemberState, Municipality

_STOCKHOLM = ZoneInfo("Europe/Stockholm")
GENERAL = "19:sekom-motesplats@thread.tacv2"
"""The Playground team's General channel, which has the team's own id."""


def load(session: Session, now: datetime) -> int:
    """Put the starting knowledge bank, and the information pack, into a database that has no entries.

    Return how many entries were made. An entry that says why it is a ``draft`` becomes one. The others are published.
    """
    if session.scalar(select(func.count()).select_from(Entry)):
        return 0
    content = tomllib.loads(_read("faq.toml"))
    for given in content["entry"]:
        session.add(_entry(given, content, now))
    faq.touch(session)
    for given in tomllib.loads(_read("info_links.toml"))["link"] if not info_links.everyone(session) else ():
        info_links.add(session, Track(given["track"]), given["title"], given["url"], now)
    return len(content["entry"])


def load_groups(session: Session, now: datetime, *, playground: bool = True) -> int:
    """Put the starting theme groups into a database that has none. Return how many were made.

    With ``playground`` they are tied to its channels. Otherwise the kansli ties each group to a channel.
    """
    if session.scalar(select(func.count()).select_from(ThemeGroup)):
        return 0
    given = tomllib.loads(_read("groups.toml"))["group"]
    for group in given:
        texts = {name: group[name] for name in ("theme", "name", "about", "words")}
        channel = group.get("channel", GENERAL) if playground else None
        session.add(ThemeGroup(**texts, conversation_id=channel, created_at=now))
    return len(given)


def load_events(session: Session, now: datetime) -> int:
    """Put the events that the plan names into a database that has none. Return how many were made.

    Nobody is invited, and nothing is sent about them until the kansli changes them.
    """
    if session.scalar(select(func.count()).select_from(Event)):
        return 0
    given = tomllib.loads(_read("events.toml"))["event"]
    for event in given:
        session.add(_event(event, now))
    return len(given)


def load_duties(session: Session, now: datetime) -> int:
    """Add the duties of the plan that were never loaded. Return how many were made. None has a last day."""
    given = tomllib.loads(_read("duties.toml"))
    wanted = {f"plan:{duty['kind']}:{year}": (duty, year) for duty in given["duty"] for year in duty["years"]}
    known = set(session.scalars(select(Duty.source).where(Duty.source.in_(wanted))))
    made: dict[str, Duty] = {}
    for source, (duty, year) in sorted(wanted.items(), key=lambda item: item[1][1]):
        if source in known:
            continue
        texts = {name: duty.get(name, "") for name in ("kind", "title", "why", "how", "link")}
        times = {"created_at": now, "changed_at": now}
        ladder = duty.get("ladder", given["ladder"])
        made[source] = Duty(**texts, **times, year=year, seats=duty["seats"], ladder=ladder, audience={}, source=source)
        session.add(made[source])
    session.flush()
    for duty in made.values():  # last year's figures are shown with this year's
        before = made.get(f"plan:{duty.kind}:{duty.year - 1}")
        duty.copied_from_id = before.id if before else None
    return len(made)


def prepare_laptop(session: Session, now: datetime) -> dict[str, int]:
    """Load what a laptop has that is not there. Return what was loaded: nothing for a database that was used before.

    Each start of the Playground is a new Teams, where the bot is installed for the first time. So all are greeted.
    """
    people.forget_greetings(session)
    places.forget_greetings(session)
    load_groups(session, now)
    loaded = {"entries": load(session, now), "sample_people": load_sample_members(session, now)}
    loaded["events"] = load_events(session, now)
    loaded["duties"] = load_duties(session, now)
    return {name: rows for name, rows in loaded.items() if rows}


def load_sample_members(session: Session, now: datetime) -> int:
    """Put two made-up members with their people into a register without members. Return how many people were made.

    Only for a laptop. The municipalities must be loaded.
    """
    if session.scalar(select(func.count()).where(Municipality.state != MemberState.UNKNOWN)):
        return 0
    given = tomllib.loads(_read("sample_members.toml"))["municipality"]
    for member in given:
        municipality = storage_municipalities.require(session, member["code"])
        municipality.state = MemberState.MEMBER
        municipality.programme_url = member["programme_url"]
        municipality.programme_until = now.year + 3
        municipality.changed_at = now
        for sample in member["person"]:
            _take_seat(session, municipality, sample, now)
    return sum(len(member["person"]) for member in given)


def load_municipalities(session: Session) -> int:
    """Update the official facts of all municipalities and regions. Return how many rows were new or changed.

    This happens in every database, not only on a laptop, since they are facts. The kansli's own data is not touched.
    """
    return storage_municipalities.load(session, (_official(given) for given in municipalities()))


@cache
def municipalities() -> tuple[dict[str, str], ...]:
    """Return the 290 municipalities and 21 regions: code, names, county, SKR group 2023, aliases.

    Source: SCB (names and codes, CC0), SKR (groups). The list of members is not public, so it is not here.
    """
    return tuple(csv.DictReader(_read("municipalities.csv").splitlines()))


def _take_seat(session: Session, municipality: Municipality, sample: dict[str, str], now: datetime) -> None:
    """Make the person, or take the one who has chatted already, and give them their seat."""
    person = people.meet(session, sample["teams_id"], sample["entra_id"], sample["name"], now, active=False)
    session.flush()
    person.mail, person.guest = sample["mail"], True
    person.municipality_code = municipality.code
    person.role, person.helps_with = sample["seat"], sample.get("helps_with", "")
    since = (now - timedelta(days=365)).date()
    session.add(Contact(municipality_code=municipality.code, seat=sample["seat"], person_id=person.id, since=since))


def _event(given: dict[str, Any], now: datetime) -> Event:
    """Return an event. One with a day but no clock times has the whole day, from midnight to midnight in Stockholm."""
    times: dict[str, datetime | None] = {"starts_at": None, "ends_at": None}
    if day := given.get("day"):
        midnights = (datetime.combine(day + timedelta(days), time(), _STOCKHOLM) for days in (0, 1))
        times = dict(zip(times, (midnight.astimezone(UTC) for midnight in midnights), strict=True))
    draft = given.get("draft", False)
    return Event(
        kind=given["kind"],
        title=given["title"],
        text=given.get("text", ""),
        place=given.get("place", ""),
        teams_meeting=given.get("teams_meeting", False),
        academy=given.get("academy", False),
        state=EventState.DRAFT if draft else EventState.OPEN,
        published_at=None if draft else now,
        created_at=now,
        changed_at=now,
        **times,
    )


def _read(name: str) -> str:
    return files("storage.content").joinpath(name).read_text(encoding="utf-8")


def _official(given: dict[str, str]) -> dict[str, object]:
    return {
        "code": given["kod"],
        "name": given["namn"],
        "full_name": given["namn_fullt"],
        "county": given["lan"],
        "kind": given["typ"],
        "size_group": given["kommungrupp"],
        "size_group_name": given["kommungrupp_namn"],
        "aliases": [alias for alias in given["alias"].split("|") if alias],
    }


def _entry(given: dict[str, Any], content: dict[str, Any], now: datetime) -> Entry:
    return Entry(
        code=given["code"],
        question=given["question"],
        answer=given["answer"],
        theme=given["theme"],
        sources=given["sources"],
        certainty=given["certainty"],
        note=" ".join(filter(None, (given.get("draft"), given.get("note")))),
        reviewed_on=content["reviewed_on"],
        valid_until=given.get("valid_until"),
        state=EntryState.DRAFT if "draft" in given else EntryState.PUBLISHED,
        changed_at=now,
        phrasings=[Phrasing(text=text) for text in given["phrasings"]],
    )
