"""Our card shell and parts, on Microsoft's typed Adaptive Cards.

Data reaches a card in two ways only. :func:`plain` shows it letter by letter (a ``RichTextBlock`` knows no
Markdown). :func:`markdown` is for texts by the kansli: it allows bold, lists and links to the web or a mail address,
and makes HTML, mentions, images and the card language's own functions harmless.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import urlsplit

from microsoft_teams.cards import (
    Action,
    ActionSet,
    AdaptiveCard,
    CardElement,
    Choice,
    ChoiceSetInput,
    Container,
    DateInput,
    ExecuteAction,
    Image,
    OpenUrlAction,
    RichTextBlock,
    TextBlock,
    TextInput,
    TextRun,
    ToggleInput,
)

from bot.message import Json
from storage import name_keys

TITLE_LENGTH = 80
"""Most characters of a button's title. On a phone Teams cuts longer titles without showing that it did."""
Style = Literal["default", "positive", "destructive"]
T = TypeVar("T")

_LINK = re.compile(r"\\.|(!?)\[((?:\\.|[^\[\]\\])*)\]\(\s*<?((?:[^()\s<>]|\([^()\s<>]*\))*)>?[^()]*\)")
_UNSAFE = re.compile(r"\\.|\]\s*\(|[<>]")
"""What may begin a link or HTML. Both patterns pass over what :func:`escape` has made a letter."""
_SAFE = {"<": "‹", ">": "›"}
_FUNCTION = re.compile(r"(?<=\{)(?=\{(?:DATE|TIME)\([^{}]*\)\}\})")
"""Inside the braces of a function that Adaptive Cards fill in, also in text that knows no Markdown."""
_ITEM = re.compile(r"\s*(?:[-+*]|\d{1,9}[.)])\s")
_MARK = re.compile(r"\d{1,9}(?=[.)](?:\s|$))|(?=[-+](?:\s|$)|[-=]{2})")
"""What begins a list, a rule or an underlined heading at the start of a line."""


def card(*body: CardElement, actions: Sequence[Action] = (), summary: str) -> Json:
    """Return a whole card as JSON. ``summary`` is the plain text for places that can't show the card."""
    whole = AdaptiveCard(
        version="1.5", lang="sv", fallback_text=summary, body=list(body), actions=list(actions) or None
    )
    return whole.model_dump(by_alias=True, exclude_none=True)


def below(whole: Json, *parts: CardElement) -> Json:
    """Return the card with these parts last in its body, above its buttons."""
    return {**whole, "body": [*whole["body"], *card(*parts, summary="")["body"]]}


def heading(text: str) -> CardElement:
    """Return the card's title. It may hold data: Markdown is shown as it is written."""
    return TextBlock(text=escape(text), wrap=True, size="Medium", weight="Bolder", style="heading")


def markdown(text: str) -> CardElement:
    """Return a text in Teams Markdown, made harmless by :func:`harmless`. Its line breaks are shown."""
    return TextBlock(text=_broken(harmless(text)), wrap=True)


def plain(text: str, *, subtle: bool = False) -> CardElement:
    """Return a text that is shown letter by letter. Use it for everything that a person has written."""
    runs: list[CardElement] = [TextRun(text=part, is_subtle=subtle or None) for part in _FUNCTION.split(text)]
    return RichTextBlock(inlines=runs)


def small(text: str) -> CardElement:
    """Return a small line of Markdown for side matters: sources, dates."""
    return TextBlock(text=_broken(harmless(text)), wrap=True, size="Small", is_subtle=True, spacing="Small")


def label(text: str) -> CardElement:
    """Return a line that introduces the part under it. It may hold data: Markdown is shown as it is written."""
    return TextBlock(text=escape(text), wrap=True, weight="Bolder", spacing="Medium")


def caution(text: str) -> CardElement:
    """Return a line that the reader must not miss. The words carry the meaning, the colour only helps.

    It may hold data, as in :func:`label`.
    """
    return Container(style="warning", items=[TextBlock(text=escape(text), wrap=True)], spacing="Small")


def buttons(*actions: Action) -> CardElement:
    """Return buttons for the middle of a card."""
    return ActionSet(actions=list(actions))


def row(title: str, verb: str, **data: Any) -> CardElement:
    """Return a long choice as a row that is pressed as a whole. Its text wraps, where a button would be cut off."""
    text = TextBlock(text=escape(title), wrap=True, color="Accent")
    return Container(style="emphasis", items=[text], select_action=button(title, verb, **data), spacing="Small")


def button(title: str, verb: str, *, style: Style | None = None, alone: bool = False, **data: Any) -> Action:
    """Return a button that runs the action ``verb`` with ``data`` and the card's inputs.

    The client sends the data back, so it names rows and never carries rights. ``alone`` sends no inputs: for a way out
    of a form, which the client would otherwise block while a required input is empty. Raise :class:`ValueError` for
    data named ``key``: Microsoft's client fails when such a button is pressed, and sends nothing.
    """
    if "key" in data:
        raise ValueError("Microsoft's client can't send data named 'key'")
    fits = short(title, TITLE_LENGTH)
    tooltip = title if fits != title else None
    return ExecuteAction(
        title=fits, tooltip=tooltip, verb=verb, data=data, style=style, associated_inputs="none" if alone else None
    )


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a long list."""

    shown: Sequence[T]
    number: int
    """From 0."""
    last: int
    turns: list[Action]
    """The buttons to the previous and the next page."""

    @property
    def place(self) -> str:
        """The page's number and how many there are, in Swedish."""
        return f"Sida {self.number + 1} av {self.last + 1}"


def paged(items: Sequence[T], page: int, size: int, verb: str, **data: Any) -> Page[T]:
    """Return one page of a list, or the nearest page that exists.

    The buttons to other pages have ``verb`` and ``data``.
    """
    last = max(0, (len(items) - 1) // size)
    page = min(max(0, page), last)
    return Page(items[page * size :][:size], page, last, turning(page, last, verb, **data))


def turning(page: int, last: int, verb: str, **data: Any) -> list[Action]:
    """Return the buttons that turn a page."""
    turns = [button("Föregående", verb, page=page - 1, **data)] if page else []
    return turns + ([button("Nästa", verb, page=page + 1, **data)] if page < last else [])


def open_link(title: str, url: str) -> Action:
    """Return a button that opens a page or chat."""
    return OpenUrlAction(title=title, url=url)


def text_input(
    name: str,
    label: str,
    *,
    value: str = "",
    long: bool = False,
    required: str = "",
    most: int = 1000,
) -> CardElement:
    """Return a text field for at most ``most`` characters. ``required`` is the message when it is left empty."""
    return TextInput(
        id=name,
        label=label,
        value=value or None,
        is_multiline=long or None,
        is_required=bool(required) or None,
        error_message=required or None,
        max_length=most,
    )


def choice_input(name: str, label: str, choices: Sequence[tuple[str, str]], *, value: str = "") -> CardElement:
    """Return a list to choose one item from. ``choices`` are pairs (value, title)."""
    items = [Choice(title=title, value=key) for key, title in choices]
    return ChoiceSetInput(id=name, label=label, choices=items, value=value or None, style="compact")


def choices_input(
    name: str, label: str, choices: Sequence[tuple[str, str]], *, values: Sequence[str] = (), boxes: bool = False
) -> CardElement:
    """Return a list to choose any number of items from; ``choices`` as in :func:`choice_input`.

    The client sends the values with commas between, so no value may have one. ``boxes`` shows every item with a box to
    tick, where the reader must see what is ticked.
    """
    items = [Choice(title=title, value=key) for key, title in choices]
    chosen = ",".join(values) or None
    field = ChoiceSetInput(id=name, label=label, choices=items, value=chosen, is_multi_select=True, style="compact")
    return field.model_copy(update={"style": "expanded", "wrap": True}) if boxes else field


def switch(name: str, title: str, *, on: bool = False) -> CardElement:
    """Return a box to tick. The client sends "true" or "false"."""
    return ToggleInput(id=name, title=title, value="true" if on else "false", wrap=True)


def image(url: str, alt: str) -> CardElement:
    """Return a picture from the web with its text for people who do not see it. ``url`` must be https."""
    return Image(url=url, alt_text=alt, size="Stretch")


def date_input(name: str, label: str, *, first: date | None = None, value: date | None = None) -> CardElement:
    """Return a field for a day, ``first`` or later. It may be left empty, and an old client sends any text."""
    day = value.isoformat() if value else None
    return DateInput(id=name, label=label, min=first.isoformat() if first else None, value=day)


def fills_in(card: Json) -> bool:
    """Return whether there is something to fill in on a card."""
    return any(str(part.get("type", "")).startswith("Input.") for part in card.get("body", ()))


def short(text: str, most: int = 200) -> str:
    """Return a text cut off where it gets too long; keys of names are not counted."""
    return text if len(name_keys.plain(text)) <= most else f"{name_keys.cut(text, most - 1).rstrip()}…"


def one_line(text: str, most: int = 120) -> str:
    """Return a text on one line of at most ``most`` characters."""
    return short(" ".join(text.split()), most)


def web_link(title: str, url: str) -> str:
    """Return a Markdown link, or only its title where we may not show ``url``."""
    shown = escape(title)
    return f"[{shown}]({_address(url)})" if _address(url) else shown


def escape(text: str) -> str:
    """Return data for any place in a Markdown text: shown as written, on one line."""
    line = re.sub(r"([\\`*_\[\]<>~#|]|&(?=#?\w{1,31};))", r"\\\1", " ".join(text.split()))
    if mark := _MARK.match(line):
        line = f"{mark[0]}\\{line[mark.end() :]}"
    return _no_functions(line)


def harmless(text: str) -> str:
    """Return Markdown without HTML, mentions, images and card functions. Links go to the web or a mail address."""
    links: list[str] = []

    def keep(match: re.Match[str]) -> str:
        if match[2] is None:
            return match[0]
        image, title, url = match.groups()
        address = "" if image else _address(url)
        if not address:
            return title
        links.append(f"[{title}]({address})")
        return f"\x00{len(links) - 1}\x00"

    safe = _LINK.sub(keep, text.replace("\x00", ""))
    safe = _UNSAFE.sub(lambda sign: sign[0] if sign[0][0] == "\\" else _SAFE.get(sign[0], "] ("), safe)
    safe = re.sub(r"\x00(\d+)\x00", lambda mark: links[int(mark[1])], safe)
    return _no_functions(safe)


def _broken(text: str) -> str:
    """Return Markdown whose lines stay lines: a single line break is shown as a space, but between items of a list."""
    lines: list[str] = []
    in_list = False
    for line in text.splitlines():
        item = bool(_ITEM.match(line))
        if lines and lines[-1] and line and not (item and in_list):
            lines.append("")
        lines.append(line if item else line.lstrip(" \t"))  # four spaces would begin a block of code
        in_list = item if line.strip() else False
    return "\n".join(lines)


def _no_functions(text: str) -> str:
    """Break ``{{DATE(…)}}`` and its like, which Adaptive Cards fill in in any text block."""
    return re.sub(r"\{(?=\{)", "{\N{ZERO WIDTH SPACE}", text)


def _address(url: str) -> str:
    """Return ``url`` percent-encoded for Markdown. Empty for other schemes than https, http and mailto."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if (parts.scheme in ("http", "https") and parts.hostname) or (parts.scheme == "mailto" and parts.path):
        return url.replace("(", "%28").replace(")", "%29").replace(" ", "%20").replace("<", "").replace(">", "")
    return ""
