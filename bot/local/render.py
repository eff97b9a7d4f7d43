"""An Adaptive Card as a terminal shows it: text, numbered buttons, and the inputs that a button sends along.

Bold words stand between :data:`BOLD` and :data:`PLAIN`, one character each, so that lines can be broken and measured.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.message import Json

WIDTH = 88
BOLD, PLAIN = "\x0e", "\x0f"
"""What begins and ends a bold word: control characters that no text of the bot has."""
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]*)\)")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-=.!|<>~&])")
_NESTED = ("body", "items", "columns", "rows", "actions")
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
    """A card's lines of text, buttons and inputs, in reading order."""

    parts: tuple[str | Button | Field, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return the inputs, which each button sends."""
        return tuple(part for part in self.parts if isinstance(part, Field))


def render(card: Json) -> Shown:
    """Return everything in ``card``, top to bottom. Parts that Teams shows folded are unfolded."""
    parts: list[str | Button | Field] = []
    for element in _walk(card):
        kind = str(element.get("type", ""))
        if kind.startswith("Input."):
            parts.append(_field(element))
        elif kind in ("Action.Execute", "Action.Submit", "Action.OpenUrl"):
            parts.append(_button(element))
        else:
            parts.extend(_lines(element))
    return Shown(tuple(parts))


def plain(markdown: str) -> str:
    """Return text without Markdown's signs, with its bold words marked. A link's address follows its title."""
    text = _LINK.sub(lambda link: link[1] if link[2].endswith(link[1]) else f"{link[1]} <{link[2]}>", markdown)
    text = re.sub(r"\*\*(.+?)\*\*", lambda bold: _bold(bold[1]), text, flags=re.DOTALL)
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
    chart = str(element.get("type", "")).startswith("Chart.")  # a terminal shows the table instead
    for name in ("card", "selectAction", *(["fallback"] if chart else [])):  # card: of an Action.ShowCard
        if isinstance(element.get(name), dict):
            yield from _walk(element[name])


def _bold(text: str) -> str:
    """Mark each word, so that a marked text can be broken into lines."""
    return re.sub(r"[^\s\x0e\x0f]+", lambda word: f"{BOLD}{word[0]}{PLAIN}", text)


def _lines(element: Json) -> Iterator[str]:
    match element.get("type"):
        case "TextBlock":
            text = plain(str(element.get("text", "")))
            yield from wrapped(_bold(text) if _is_bold(element) and BOLD not in text else text)
        case "RichTextBlock":
            yield from wrapped("".join(_run(run) for run in element.get("inlines") or ()))
        case "TableRow":
            cells = ["".join(_lines(item)) for cell in element.get("cells") or () for item in cell.get("items") or ()]
            yield from wrapped(" · ".join(cell for cell in cells if cell.strip()))
        case "FactSet":
            for fact in element.get("facts") or ():
                yield from wrapped(f"{_bold(str(fact.get('title', '')))}: {plain(str(fact.get('value', '')))}")
        case "Image":
            yield f"[bild: {element.get('altText', '')}]"
        case "Badge":
            yield f"[{element.get('text', '')}]"


def _run(run: Json | str) -> str:
    if isinstance(run, str):
        return run
    text = str(run.get("text", ""))
    return _bold(text) if _is_bold(run) else text


def _is_bold(element: Json) -> bool:
    return str(element.get("weight", "")).casefold() == "bolder" or element.get("style") == "heading"


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
