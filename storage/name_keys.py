"""A person's name in a text that the bot writes: stored with the person's key around it, shown without.

Erasing a person therefore needs no search for the name. The signs around a name are characters that Unicode leaves to
private use. A text that was cut off may lack the closing one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from storage.database import Base, person_key

NOBODY = "[borttagen person]"
"""What stands where an erased person's name stood."""
_OPEN, _BETWEEN, _CLOSE = "\ue000", "\ue001", "\ue002"
SIGN = _OPEN.encode()
"""Stands in every JSON text that names somebody."""
_KEYED = re.compile(f"{_OPEN}(\\d+){_BETWEEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}?")
_SIGN = re.compile(f"({_OPEN}\\d+{_BETWEEN}|{_CLOSE})")
_BRACES, _PARTED = re.compile(r"\{(?=\{)"), "{\N{ZERO WIDTH SPACE}"
_CUT_OFF = re.compile(f"{_OPEN}\\d*(?!\\d*{_BETWEEN})")


class FormerName(Base):
    """A name or mail address that a person had before; kept as long as the person, so that erasing knows it too."""

    __tablename__ = "people_names"

    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True, index=False)
    text: Mapped[str] = mapped_column(String(320), primary_key=True)


def keyed(person_id: int, name: str | None) -> str:
    """Return ``name`` with the person's key, for any text that others read. Without one it is empty.

    Two braces in a row are parted, because a card is cut there (:func:`bot.cards.plain`) and the name with it.
    """
    return f"{_OPEN}{person_id}{_BETWEEN}{_BRACES.sub(_PARTED, name)}{_CLOSE}" if name else ""


def plain(value: Any) -> Any:
    """Return a text or JSON value as it is shown, without keys; itself if it has none, as nearly every reply."""
    if not _has_key(value):
        return value
    return mapped(value, lambda text: _CUT_OFF.sub("", _KEYED.sub(r"\2", text)) if _OPEN in text else text)


def _has_key(value: Any) -> bool:
    if isinstance(value, str):
        return _OPEN in value
    if isinstance(value, dict):
        return any(map(_has_key, value.values()))
    return isinstance(value, list) and any(map(_has_key, value))


def cut(text: str, most: int) -> str:
    """Return as much of ``text`` as shows ``most`` characters. A name that is cut keeps its key."""
    kept, opened = "", False
    for part in _SIGN.split(text):
        if _SIGN.fullmatch(part):
            kept, opened = kept + part, part != _CLOSE
            continue
        kept, most = kept + part[:most], most - len(part)
        if most <= 0:
            break
    return kept + (_CLOSE if opened else "")


def keys(value: Any) -> set[int]:
    """Return the ids of the people whom a text or JSON value names."""
    found: set[int] = set()

    def note(text: str) -> str:
        found.update(int(key) for key, _ in _KEYED.findall(text))
        return text

    mapped(value, note)
    return found


def without(value: Any, person_ids: Collection[int]) -> Any:
    """Return a text or JSON value that names these people no more."""
    return mapped(value, lambda text: _KEYED.sub(lambda name: NOBODY if int(name[1]) in person_ids else name[0], text))


def mapped(value: Any, change: Callable[[str], str], only: Collection[str] | None = None) -> Any:
    """Return ``value`` with ``change`` applied to every text in it; with ``only``, to those under these keys."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {
            key: part if only is not None and isinstance(part, str) and key not in only else mapped(part, change, only)
            for key, part in value.items()
        }
    return [mapped(part, change, only) for part in value] if isinstance(value, list) else value
