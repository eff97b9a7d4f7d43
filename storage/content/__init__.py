"""The starting content, and loading it into an empty database."""

from __future__ import annotations

import csv
import tomllib
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage import faq
from storage import municipalities as storage_municipalities
from storage.faq import Entry, EntryState, Phrasing
from storage.groups import ThemeGroup

GENERAL = "19:sekom-motesplats@thread.tacv2"
"""The Playground team's General channel, which has the team's own id."""


def load(session: Session, now: datetime) -> int:
    """Put the starting knowledge bank into a database that has no entries. Return how many entries were made.

    An entry that says why it is a ``draft`` becomes one. The others are published.
    """
    if session.scalar(select(func.count()).select_from(Entry)):
        return 0
    content = tomllib.loads(_read("faq.toml"))
    for given in content["entry"]:
        session.add(_entry(given, content, now))
    faq.touch(session)
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
