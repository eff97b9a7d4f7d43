"""To whom an announcement goes: channels, and people as an audience that features may add conditions to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.delivery.reach import THROUGH_GRAPH, sends_mail
from bot.message import UserError
from bot.ports import DeliveryWay, Reason
from bot.register import audience, words
from bot.register.audience import CONDITIONS, Condition
from bot.settings import Settings
from bot.swedish import count, listed
from bot.turn import App
from storage import groups, municipalities, places, saved_audiences
from storage.audiences import Audience, Part
from storage.people import PersonRole

TEAM = "team:"
"""The beginning of the word for a team's general channel, before the team's id."""
NOBODY = "Utskicket har inga mottagare. Välj Mottagare och säg vem som ska få det."
ALL = frozenset({"alla", "hela nätverket", "nätverket"})

ROLES: Mapping[str, tuple[PersonRole, ...]] = {
    **{plural: (role,) for role, plural in words.ROLE_PLURALS.items()},
    "kontaktpersoner": (PersonRole.POLITICIAN, PersonRole.OFFICER),
    "kontaktpersonerna": (PersonRole.POLITICIAN, PersonRole.OFFICER),
    "politiker": (PersonRole.POLITICIAN,),
    "tjänstemän": (PersonRole.OFFICER,),
    "styrelse": (PersonRole.BOARD,),
}
"""The people whom a word in a line means. A municipality's contact persons are a politician and a civil servant."""


@dataclass(frozen=True, slots=True)
class Target:
    """Channels by their theme words, and people."""

    channels: tuple[str, ...] = ()
    people: Audience = field(default_factory=Audience)

    @property
    def empty(self) -> bool:
        """Whether nobody was chosen."""
        return not self.channels and not self.people.parts

    @property
    def json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {"channels": list(self.channels), "people": audience.to_json(self.people)}

    def plus(self, channels: Collection[str], parts: Collection[Part], unless: Collection[str] = ()) -> Target:
        """Return the target with more channels and people, and conditions that take people away, each once."""
        there = tuple(dict.fromkeys((*self.channels, *channels)))
        people, but = dict.fromkeys((*self.people.parts, *parts)), dict.fromkeys((*self.people.unless, *unless))
        return Target(there, Audience(tuple(people), tuple(but)))

    def without(self, place: int) -> Target:
        """Return the target without one line of :func:`lines`."""
        at = place - bool(self.channels)
        but = at - len(self.people.parts)
        parts = tuple(part for number, part in enumerate(self.people.parts) if number != at)
        unless = tuple(text for number, text in enumerate(self.people.unless) if number != but)
        return Target(self.channels if at >= 0 else (), Audience(parts, unless))


@dataclass(frozen=True, slots=True)
class HeadCount:
    """How many it goes to now."""

    channels: int
    lost: tuple[str, ...]
    """Names of chosen channels that have no channel in Teams now."""
    people: int
    guests: int
    unreached: Counter[Reason]
    left: int
    """People in the audience who have left the network, and so get nothing."""
    ids: frozenset[int] = frozenset()
    """The people."""


def conditions(app: App) -> Mapping[str, Condition]:
    """Return all conditions of audiences: the register's and the features'."""
    return {**CONDITIONS, **app.conditions}


def of(stored: Mapping[str, Any], known: Mapping[str, Condition]) -> Target:
    """Return a stored target. Raise :class:`UserError` if it names a condition that is gone."""
    channels = tuple(str(word) for word in stored.get("channels", ()))
    return Target(channels, audience.from_json(stored.get("people") or {}, known))


def opened(settings: Settings) -> frozenset[DeliveryWay]:
    """Return the ways through Graph that are set up."""
    return THROUGH_GRAPH if sends_mail(settings) else frozenset()


def channels(session: Session, target: Target) -> Iterator[tuple[str, str | None]]:
    """Yield each channel's name and conversation; None if the theme has no channel now. Each conversation once."""
    seen: set[str] = set()
    teams = places.teams(session)
    for word in target.channels:
        if word.startswith(TEAM):
            place = word.removeprefix(TEAM)
            name, conversation = "Allmänt", place if place in teams else None
        else:
            group = groups.by_theme(session, word)
            name, conversation = group.name if group else word, group.conversation_id if group else None
        if conversation is None or conversation not in seen:
            yield name, conversation
        seen |= {conversation} if conversation else set()


def counted(
    session: Session, target: Target, now: datetime, settings: Settings, known: Mapping[str, Condition]
) -> HeadCount:
    """Return how many it goes to, and who can't be reached."""
    here = list(channels(session, target))
    people = audience.addressees(session, target.people, now, opened(settings), known)
    lost = tuple(name for name, place in here if place is None)
    ids = frozenset(addressee.person.id for addressee in people.people)
    return HeadCount(len(here) - len(lost), lost, len(ids), people.guests, people.unreached, people.left, ids)


def sentence(session: Session, target: Target, known: Mapping[str, Condition]) -> str:
    """Return to whom it goes, in Swedish: "Kanalen Vatten. Kontaktpolitiker i Dalarnas län."."""
    names = [name for name, _ in channels(session, target)]
    parts = [f"{'Kanalen' if len(names) == 1 else 'Kanalerna'} {listed(names)}."] if names else []
    if target.people.parts:
        parts.append(f"{audience.sentence(session, target.people, known)}.")
    return " ".join(parts) or "Ingen vald."


def lines(session: Session, target: Target, known: Mapping[str, Condition]) -> list[str]:
    """Return a sentence for the channels, for each part of the people, and for each condition that takes some away."""
    channels = [sentence(session, Target(target.channels), known)] if target.channels else []
    parts = [audience.sentence(session, Audience((part,)), known) for part in target.people.parts]
    taken = (text.partition(":") for text in target.people.unless)
    return [*channels, *parts, *(f"Utom de som {known[name].words(session, about)}" for name, _, about in taken)]


def choices(session: Session, known: Mapping[str, Condition]) -> dict[str, list[tuple[str, str]]]:
    """Return what a form offers, by its field: pairs of value and title."""
    towns = municipalities.everyone(session)
    teams = places.teams(session)
    general = [(f"{TEAM}{team}", "Allmänt, hela teamet") for team in teams]
    themed = [group for group in groups.everyone(session) if group.open]
    conditions_ = [
        (f"{name}:{argument}", title)
        for name, condition in known.items()
        for argument, title in (condition.choices(session) if condition.choices else ())
    ]
    return {
        "channels": [*general, *((group.theme, group.name) for group in themed if group.conversation_id)],
        "roles": [(role.value, words.capital(plural)) for role, plural in words.ROLE_PLURALS.items()],
        "themes": [(group.theme, group.name) for group in themed],
        "counties": [(name, name) for name in sorted({town.county for town in towns if town.county}, key=words.order)],
        "size_groups": sorted(
            {(town.size_group, f"{town.size_group} {town.size_group_name}") for town in towns if town.size_group}
        ),
        "conditions": conditions_,
        "unless": conditions_,
        "saved": [(str(row.id), row.name) for row in saved_audiences.everyone(session)],
    }


def chosen(
    session: Session, form: Mapping[str, Any], known: Mapping[str, Condition], now: datetime
) -> tuple[Target, tuple[str, ...]]:
    """Return what a form adds, and the lines of its pasted list that fit nobody. Raise :class:`UserError`."""
    offered = choices(session, known)
    values = {name: _picked(form.get(name), offered[name]) for name in offered}
    towns = _towns(session, str(form.get("towns") or ""))
    part = Part(
        roles=tuple(PersonRole(role) for role in values["roles"]),
        themes=values["themes"],
        municipalities=towns,
        counties=values["counties"],
        size_groups=values["size_groups"],
        conditions=values["conditions"],
    )
    parts = [part] if part != Part() or form.get("everyone") == "true" else []
    unknown: tuple[str, ...] = ()
    if str(form.get("pasted") or "").strip():
        listed_part, unknown = audience.pasted(session, str(form["pasted"]))
        if not listed_part.people:
            raise UserError(f"Jag hittar ingen i listan: {', '.join(unknown[:5])}. Skriv mejladresser eller hela namn.")
        number = saved_audiences.keep_list(session, listed_part.people, now)
        parts.append(Part(conditions=(f"list:{number}",)))
    for saved in values["saved"]:
        row = saved_audiences.find(session, int(saved))
        stored = of(row.audience, known) if row else Target()
        parts += stored.people.parts
        values["unless"] += stored.people.unless
        values["channels"] += stored.channels
    added = Target(values["channels"], Audience(tuple(parts), values["unless"]))
    if added == Target():
        raise UserError("Välj minst en kanal eller några personer först.")
    return added, unknown


def understood(session: Session, names: Sequence[str]) -> tuple[Target, tuple[str, ...]]:
    """Return the target that words before a colon mean, and the words that mean nobody.

    A theme means its channel and the people who follow it.
    """
    target, unknown = Target(), list[str]()
    for name in names:
        group = groups.named(session, name)
        roles = ROLES.get(name.casefold().removeprefix("alla "))
        if name.casefold() in ALL:
            target = target.plus((), (Part(),))
        elif roles is not None:
            target = target.plus((), (Part(roles=roles),))
        elif group is not None:
            channel = (group.theme,) if group.conversation_id else ()
            target = target.plus(channel, (Part(themes=(group.theme,)),))
        else:
            unknown.append(name)
    return target, tuple(unknown)


def in_numbers(found: HeadCount) -> str:
    """Return how many it goes to: "1 kanal och 34 personer, varav 12 gäster"."""
    places_ = [count(found.channels, "kanal", "kanaler")] if found.channels else []
    people = [count(found.people, "person", "personer")] if found.people or not places_ else []
    guests = f", varav {count(found.guests, 'gäst', 'gäster')}" if found.guests else ""
    return f"{listed([*places_, *people])}{guests}"


def unreached(found: HeadCount) -> Iterator[str]:
    """Yield why some can't be reached: "3 personer har blockerat eller tagit bort boten"."""
    for reason, number in found.unreached.most_common():
        yield f"{count(number, 'person', 'personer')} {words.UNREACHED[reason]}"
    if found.left:
        yield f"{count(found.left, 'person', 'personer')} {words.LEFT} och får inget"
    for name in found.lost:
        yield f"{name} har ingen kanal i Teams"


def _picked(value: object, offered: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return the chosen values of a list. The client sends them with commas between."""
    wanted = [part.strip() for part in str(value or "").split(",") if part.strip()]
    known = {key for key, _ in offered}
    if any(part not in known for part in wanted):
        raise UserError("Listan har ändrats sedan formuläret visades. Öppna det igen.")
    return tuple(dict.fromkeys(wanted))


def _towns(session: Session, text: str) -> tuple[str, ...]:
    names = [name.strip().casefold().removesuffix(" kommun") for name in re.split(r"[,;\n]", text) if name.strip()]
    if not names:
        return ()
    by_name = {town.name.casefold(): town.code for town in municipalities.everyone(session)}
    by_name |= {town.full_name.casefold(): town.code for town in municipalities.everyone(session)}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise UserError(f"Jag hittar ingen kommun som heter {unknown[0]}. Skriv kommunens hela namn.")
    return tuple(dict.fromkeys(by_name[name] for name in names))
