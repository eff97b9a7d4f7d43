"""Our card shell and parts, on Microsoft's typed Adaptive Cards.

Data reaches a card in two ways only. :func:`plain` shows it letter by letter (a ``RichTextBlock`` knows no
Markdown). :func:`markdown` is for what the kansli writes: bold, lists and links to the web or a mail address; HTML,
mentions, images and the card language's own functions are made harmless.
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
    OpenUrlAction,
    RichTextBlock,
    TextBlock,
    TextInput,
    TextRun,
)

from bot.message import Json
from storage import name_keys

TITLE_LENGTH = 80
"""Characters of a button's title; Teams cuts longer ones off without a trace on a phone."""
Style = Literal["default", "positive", "destructive"]
T = TypeVar("T")

_LINK = re.compile(r"(!?)\[([^\[\]]*)\]\(\s*<?((?:[^()\s<>]|\([^()\s<>]*\))*)>?[^()]*\)")
_BARE = re.compile(r"\]\s*\(")


def card(*body: CardElement, actions: Sequence[Action] = (), summary: str) -> Json:
    """A whole card as JSON. ``summary`` is what is said where the card can't be shown; plain text."""
    whole = AdaptiveCard(
        version="1.5",
        lang="sv",
        fallback_text=summary,
        body=list(body),
        actions=list(actions) or None,
    )
    return whole.model_dump(by_alias=True, exclude_none=True)


def heading(text: str) -> CardElement:
    """The card's title; data is allowed, Markdown in it is shown as it is written."""
    return TextBlock(text=escape(text), wrap=True, size="Medium", weight="Bolder", style="heading")


def markdown(text: str) -> CardElement:
    """A text in Teams Markdown, made harmless by :func:`harmless`."""
    return TextBlock(text=harmless(text), wrap=True)


def plain(text: str, *, subtle: bool = False) -> CardElement:
    """A text shown letter by letter, for whatever a person has written."""
    runs: list[CardElement] = [TextRun(text=text, is_subtle=subtle or None)]
    return RichTextBlock(inlines=runs)


def small(text: str) -> CardElement:
    """A line of Markdown beside the main matter: sources, dates."""
    return TextBlock(text=harmless(text), wrap=True, size="Small", is_subtle=True, spacing="Small")


def label(text: str) -> CardElement:
    """A line that introduces what stands under it; data in it is shown as it is written."""
    return TextBlock(text=escape(text), wrap=True, weight="Bolder", spacing="Medium")


def caution(text: str) -> CardElement:
    """A line that the reader must not miss, data as in :func:`label`; the words carry it, the colour only helps."""
    return Container(style="warning", items=[TextBlock(text=escape(text), wrap=True)], spacing="Small")


def buttons(*actions: Action) -> CardElement:
    """Buttons in the middle of a card."""
    return ActionSet(actions=list(actions))


def button(title: str, verb: str, *, style: Style | None = None, alone: bool = False, **data: Any) -> Action:
    """A button that runs the action ``verb`` with ``data`` and the card's inputs.

    Whoever presses sends the data back, so it names rows and never carries rights. ``alone`` sends no inputs: for a way
    out of a form, which the client would otherwise not take while a required input is empty.
    """
    fits = short(title, TITLE_LENGTH)
    tooltip = title if fits != title else None
    return ExecuteAction(
        title=fits, tooltip=tooltip, verb=verb, data=data, style=style, associated_inputs="none" if alone else None
    )


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a long list."""

    shown: Sequence[T]
    number: int
    """From 0."""
    last: int
    turns: list[Action]
    """The buttons to the pages beside it."""

    @property
    def place(self) -> str:
        """Which page of how many it is."""
        return f"Sida {self.number + 1} av {self.last + 1}"


def paged(found: Sequence[T], page: int, size: int, verb: str, **data: Any) -> Page[T]:
    """The page of a list; one that does not exist is the nearest one. ``verb`` and ``data`` turn to another."""
    last = max(0, (len(found) - 1) // size)
    page = min(max(0, page), last)
    return Page(found[page * size :][:size], page, last, turning(page, last, verb, **data))


def turning(page: int, last: int, verb: str, **data: Any) -> list[Action]:
    """The buttons that turn a page."""
    turns = [button("Föregående", verb, page=page - 1, **data)] if page else []
    return turns + ([button("Nästa", verb, page=page + 1, **data)] if page < last else [])


def open_link(title: str, url: str) -> Action:
    """A button that opens a page or chat."""
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
    """A text field. ``required`` is what to say when it is left empty; ``most`` the number of characters it takes."""
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
    """A list to choose one of; ``choices`` are (value, title)."""
    items = [Choice(title=title, value=key) for key, title in choices]
    return ChoiceSetInput(id=name, label=label, choices=items, value=value or None, style="compact")


def date_input(name: str, label: str, *, first: date) -> CardElement:
    """A field for a day, not before ``first``. May be left empty; an old client sends whatever was written."""
    return DateInput(id=name, label=label, min=first.isoformat())


def fills_in(card: Json) -> bool:
    """Whether there is something to fill in on a card."""
    return any(str(part.get("type", "")).startswith("Input.") for part in card.get("body", ()))


def short(text: str, most: int = 200) -> str:
    """Return a text cut off where it gets too long; keys of names are not counted."""
    return text if len(name_keys.plain(text)) <= most else f"{name_keys.cut(text, most - 1).rstrip()}…"


def one_line(text: str, most: int = 120) -> str:
    """A text on one line, cut off where it gets too long."""
    return short(" ".join(text.split()), most)


def web_link(title: str, url: str) -> str:
    """A Markdown link, or only its title where ``url`` is not an address we may show."""
    shown = escape(title)
    return f"[{shown}]({_address(url)})" if _address(url) else shown


def escape(text: str) -> str:
    """Data for the middle of a Markdown text: shown as written, on one line."""
    line = " ".join(text.split())
    return _no_functions(re.sub(r"([\\`*_\[\]<>~#|])", r"\\\1", line))


def harmless(text: str) -> str:
    """Markdown whose links go to the web or a mail address, without HTML, mentions, images or card functions."""
    links: list[str] = []

    def keep(found: re.Match[str]) -> str:
        image, title, url = found.groups()
        address = "" if image else _address(url)
        if not address:
            return title
        links.append(f"[{title}]({address})")
        return f"\x00{len(links) - 1}\x00"

    kept = _LINK.sub(keep, text.replace("\x00", ""))
    kept = _BARE.sub("] (", kept).replace("<", "‹").replace(">", "›")
    kept = re.sub(r"\x00(\d+)\x00", lambda found: links[int(found[1])], kept)
    return _no_functions(kept)


def _no_functions(text: str) -> str:
    """Adaptive Cards fill in ``{{DATE(…)}}`` in any text block."""
    return text.replace("{{", "{\N{ZERO WIDTH SPACE}{")


def _address(url: str) -> str:
    """``url`` percent-encoded where Markdown needs it, or empty for what is not https, http or mailto."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if (parts.scheme in ("http", "https") and parts.hostname) or (parts.scheme == "mailto" and parts.path):
        return url.replace("(", "%28").replace(")", "%29").replace(" ", "%20").replace("<", "").replace(">", "")
    return ""
