"""The new words of a message, without what Teams puts around them. Pure functions, linear in the message's size.

Teams writes four things of its own into a text: mentions (``<at>…</at>``), markers of quoted messages
(``<quoted messageId="…"/>``), character references (``&amp;``), and in replies the quoted message itself, flattened, so
that only the HTML copy tells whose words are whose.
"""

from __future__ import annotations

import html
import re
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Any

from botbuilder.schema import Activity

from bot.plain_text import clean, clean_line
from bot.teams.refusal import RefusedError

LONGEST = 100_000
"""Characters of a message; Teams' own limit is about 28 kB, a pasted list in a form included."""
MOST_MENTIONS = 100
"""Mentions of a message that are read; Teams allows 20."""
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_AT = re.compile(r"<(/?)at(?:\s[^<>]*)?>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_QUOTED = re.compile(r"<quoted(?:\s[^<>]*)?(?:/>|>(?:[^<]*</quoted\s*>)?)|</quoted\s*>", re.IGNORECASE)
_HTML = re.compile(r"<(?:(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?P<attributes>[^<>]*)|[!?][^<>]*)>")
_KIND = re.compile(r"\bitemtype\s*=\s*[\"']?https?://schema\.skype\.com/(\w+)", re.IGNORECASE)
"""What Teams' HTML says an element is: ``Reply`` and ``Forward`` hold another message, ``Mention`` a name."""
_ITEM = re.compile(r"\bitemid\s*=\s*[\"']?([\w:.-]+)", re.IGNORECASE)
"""The id of what an element is: for a quoted message the id that Teams gave the message."""
_MARKED = re.compile(r"<quoted\s[^<>]*?messageId\s*=\s*[\"']?([\w:.-]+)", re.IGNORECASE)
_ALT = re.compile(r"\balt\s*=\s*[\"']([^\"'<>]*)[\"']", re.IGNORECASE)
_BREAKS = frozenset({"br", "p", "div", "li", "ul", "ol", "tr", "table", "pre", "blockquote", "h1", "h2", "h3"})
"""Elements that begin a line."""


def written(activity: Activity) -> str:
    """Return what the sender wrote: no mention of the bot, no quoted message, and other people's mentions as names.

    Raises :class:`RefusedError` (413) for a text longer than :data:`LONGEST`.
    """
    text = activity.text or ""
    if len(text) > LONGEST:
        raise RefusedError(413, "the text is too long")
    new_words = _without_quotes(activity)
    text = _named(text if new_words is None else new_words, activity)
    text = _ENTITY.sub(lambda reference: html.unescape(reference[0]), text).replace("\u00a0", " ")
    return clean(_QUOTED.sub(" ", text))


def quoted(activity: Activity) -> str | None:
    """Return the id of the first message that the message quotes; None if it quotes none.

    Teams tells it in up to four places, depending on the client: an entity, a marker in the text, the text's HTML copy
    and, in a 1:1 chat, ``replyToId``.
    """
    for entity in activity.entities or ():
        told = entity.additional_properties.get("quotedReply") if entity.type == "quotedReply" else None
        if isinstance(told, dict) and isinstance(told.get("messageId"), str):
            return str(told["messageId"])
    marker = _MARKED.search(html.unescape((activity.text or "")[:LONGEST]))
    if marker:
        return marker[1]
    copy = _html_copy(activity)
    return (copy.quoted_id if copy is not None else None) or activity.reply_to_id or None


def mentions_bot(activity: Activity) -> bool:
    """Return whether the message mentions the bot."""
    return any(is_bot for is_bot, _ in _mentions(activity))


def _mentions(activity: Activity) -> Iterator[tuple[bool, str]]:
    """Yield for each mention whether it is of the bot, and its text or else the name."""
    bot = activity.recipient.id if activity.recipient else None
    for entity in islice((entity for entity in activity.entities or () if entity.type == "mention"), MOST_MENTIONS):
        mentioned = entity.additional_properties.get("mentioned")
        mentioned = mentioned if isinstance(mentioned, dict) else {}
        text, name = entity.additional_properties.get("text"), mentioned.get("name")
        shown = text if isinstance(text, str) and text else name if isinstance(name, str) else ""
        yield bool(bot) and mentioned.get("id") == bot, shown[:LONGEST]


def _named(text: str, activity: Activity) -> str:
    """Return ``text`` without the bot's mentions, and with names for those of people.

    A tag belongs to the next mention of the same name. Tags and mentions that are left over belong together in their
    order, because Teams writes one name in two ways.
    """
    mentions = list(_mentions(activity))
    by_name: dict[str, deque[int]] = {}
    for number, (_, shown) in enumerate(mentions):
        by_name.setdefault(_key(shown), deque()).append(number)
    pieces = list(_pieces(text))
    owners: list[int | None] = []
    for tagged, piece in pieces:
        numbers = by_name.get(_key(piece)) if tagged else None
        owners.append(numbers.popleft() if numbers else None)
    left = iter(sorted(set(range(len(mentions))) - {number for number in owners if number is not None}))
    shown_pieces = []
    for (tagged, piece), owner in zip(pieces, owners, strict=True):
        mention = next(left, None) if owner is None and tagged else owner
        of_bot = mention is not None and mentions[mention][0]
        shown_pieces.append(" " if of_bot else _TAG.sub("", piece) if tagged else piece)
    return "".join(shown_pieces)


def _pieces(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the text piece by piece, each with whether it is a mention's. A tag without its other half is left out."""
    start, opened = 0, False
    for tag in _AT.finditer(text):
        yield opened and bool(tag[1]), text[start : tag.start()]
        start, opened = tag.end(), not tag[1]
    yield False, text[start:]


def _key(name: str) -> str:
    """Return a mention's name as it is compared: Teams escapes it in one place, and changes its letters' case."""
    return clean_line(html.unescape(_TAG.sub("", name))).casefold()


def _without_quotes(activity: Activity) -> str | None:
    """Return the message without what it quotes or forwards, as Teams would write it; None where it does neither."""
    copy = _html_copy(activity)
    if copy is None:
        return None
    lines = (line.strip() for line in "".join(copy.parts).splitlines())
    return "\n".join(line for line in lines if line)


def _html_copy(activity: Activity) -> _NewWords | None:
    """Return the text's HTML copy if it quotes or forwards a message; else None."""
    for attachment in activity.attachments or ():
        content: Any = attachment.content
        if attachment.content_type != "text/html" or not isinstance(content, str):
            continue
        if len(content) > LONGEST:
            raise RefusedError(413, "the text's HTML is too long")
        if "schema.skype.com/" not in content:
            continue
        copy = _NewWords(content)
        if copy.quotes:
            return copy
    return None


class _NewWords:
    """Reads a message's HTML; what it quotes or forwards is left out.

    Not on :mod:`html.parser`, which is quadratic: 100 kB of ``<a `` take Python 3.11 85 seconds, and ``<![`` raises.
    """

    def __init__(self, content: str) -> None:
        self.parts: list[str] = []
        self.quotes = 0
        """How many messages it quotes or forwards."""
        self.quoted_id: str | None = None
        """The id of the first message that it quotes."""
        self._quoted = 0
        """How many blockquotes are open, from the quoted message's own on."""
        self._spans: list[bool] = []
        """The spans that are open: whether each is a mention."""
        start = 0
        for tag in _HTML.finditer(content):
            self._put(" ".join(content[start : tag.start()].splitlines()))
            start = tag.end()
            if tag["name"]:
                (self._close if tag["end"] else self._open)(tag["name"].lower(), tag["attributes"])
        self._put(content[start:])

    def _open(self, name: str, attributes: str) -> None:
        found = _KIND.search(attributes)
        kind = found[1].lower() if found else ""
        if name == "blockquote" and (self._quoted or kind in ("reply", "forward")):
            self.quotes += not self._quoted
            if kind == "reply" and not self._quoted and self.quoted_id is None and (item := _ITEM.search(attributes)):
                self.quoted_id = item[1]
            self._quoted += 1
        elif name in ("span", "at"):
            self._spans.append(name == "at" or kind == "mention")
            self._put("<at>" if self._spans[-1] else "")
        elif (name == "emoji" or (name == "img" and kind == "emoji")) and (alt := _ALT.search(attributes)):
            self._put(alt[1])
        elif name in _BREAKS:
            self._put("\n")

    def _close(self, name: str, attributes: str) -> None:
        del attributes
        if name in ("span", "at") and self._spans:
            self._put("</at>" if self._spans.pop() else "")
        elif name == "blockquote" and self._quoted:
            self._quoted -= 1
        elif name in _BREAKS:
            self._put("\n")

    def _put(self, text: str) -> None:
        if not self._quoted:
            self.parts.append(text)
