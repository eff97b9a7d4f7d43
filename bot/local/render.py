"""An Adaptive Card as a terminal shows it: text, numbered buttons, and the inputs that a button sends along."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.message import Json

WIDTH = 88
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]*)\)")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-=.!|<>~&])")
_NESTED = ("body", "items", "columns", "rows", "cells", "actions")
"""Keys under which an element holds other elements, in reading order."""


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a card."""

    name: str
    label: str
    value: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """Title and value of each choice."""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """One button: it sends (``verb``, ``data``), or opens ``url``."""

    title: str
    verb: str = ""
    data: Json = field(default_factory=dict)
    url: str = ""
    with_inputs: bool = True


@dataclass(frozen=True, slots=True)
class Shown:
    """A card's text, its buttons and its inputs."""

    lines: tuple[str, ...]
    buttons: tuple[Button, ...]
    fields: tuple[Field, ...]


def render(card: Json) -> Shown:
    """Return everything in ``card``, top to bottom. Parts that Teams shows folded are unfolded."""
    lines: list[str] = []
    buttons: list[Button] = []
    fields: list[Field] = []
    for element in _walk(card):
        kind = str(element.get("type", ""))
        if kind.startswith("Input."):
            fields.append(_field(element))
        elif kind in ("Action.Execute", "Action.Submit", "Action.OpenUrl"):
            buttons.append(_button(element))
        else:
            lines.extend(_lines(element))
    return Shown(tuple(lines), tuple(buttons), tuple(fields))


def plain(markdown: str) -> str:
    """Return text without Markdown's signs. A link's address follows its title."""
    text = _LINK.sub(lambda link: link[1] if link[2].endswith(link[1]) else f"{link[1]} <{link[2]}>", markdown)
    text = re.sub(r"\*\*(.+?)\*\*", r"\1", text, flags=re.DOTALL)
    return _ESCAPED.sub(r"\1", text)


def wrapped(text: str, indent: str = "") -> Iterator[str]:
    """Yield ``text`` in lines of a terminal's width. Its own line breaks stay."""
    for line in text.splitlines():
        yield from textwrap.wrap(line, WIDTH, initial_indent=indent, subsequent_indent=indent) or [""]


def _walk(element: Json) -> Iterator[Json]:
    yield element
    for name in _NESTED:
        for inner in element.get(name) or ():
            yield from _walk(inner)
    for name in ("card", "selectAction"):  # Action.ShowCard, and a part that can be pressed as a whole
        if isinstance(element.get(name), dict):
            yield from _walk(element[name])


def _lines(element: Json) -> Iterator[str]:
    match element.get("type"):
        case "TextBlock":
            yield from wrapped(plain(str(element.get("text", ""))))
        case "RichTextBlock":
            runs = element.get("inlines") or ()
            yield from wrapped("".join(run if isinstance(run, str) else str(run.get("text", "")) for run in runs))
        case "FactSet":
            for fact in element.get("facts") or ():
                yield from wrapped(f"{fact.get('title', '')}: {plain(str(fact.get('value', '')))}")
        case "Image":
            yield f"[bild: {element.get('altText', '')}]"
        case "Badge":
            yield f"[{element.get('text', '')}]"


def _field(element: Json) -> Field:
    choices = tuple((str(choice["title"]), str(choice["value"])) for choice in element.get("choices") or ())
    if element["type"] == "Input.Toggle":
        choices = (("Ja", element.get("valueOn", "true")), ("Nej", element.get("valueOff", "false")))
    return Field(
        name=str(element["id"]),
        label=str(element.get("label") or element.get("title") or element.get("placeholder") or element["id"]),
        value=str(element.get("value", "")),
        choices=choices,
        required=bool(element.get("isRequired")),
    )


def _button(element: Json) -> Button:
    data = element.get("data")
    return Button(
        title=str(element.get("title", "")),
        verb=str(element.get("verb", "")),
        data=data if isinstance(data, dict) else {},
        url=str(element.get("url", "")),
        with_inputs=element.get("associatedInputs") != "none",
    )
