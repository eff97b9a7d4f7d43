"""Find what is wrong with a text that many will read: links, HTML, dates, and what is left to fill in. Pure.

No address is looked up: a link is judged by its shape.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.swedish import MONTHS
from bot.wording import utterance

_HTML = re.compile(r"</?[a-z][^<>]*>|<!--", re.IGNORECASE)
_PICTURE = re.compile(r"!\[[^\]]*\]\(")
_LINK = re.compile(r"\[((?:\\.|[^\[\]\\])*)\]\(\s*<?((?:[^()\s<>]|\([^()\s<>]*\))*)>?[^()]*\)")
"""As :mod:`bot.cards` shows them."""
_NOTE = re.compile(r"^ {0,3}\[[^\]\n]+\]:\s*\S", re.MULTILINE)
"""An address that stands away from its link, where nobody sees it."""
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s/)]+|(?<![\w@])[\w-]+(?:\.[\w-]+)*\.(?:se|com|nu|org|eu)\b", re.IGNORECASE
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_EMPHASIS = re.compile(r"[*_~`\\]")
"""Signs that Markdown does not show."""
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\{\{|\}\}", re.DOTALL)
_NAMED_DAY = re.compile(rf"\b(\d{{1,2}})\s+({'|'.join(MONTHS)})\b(?!\s+\d{{4}})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something to mend, in Swedish."""

    text: str
    blocks: bool = True
    """Whether it must be mended before the text is sent or published."""


def unmarked(text: str) -> str:
    """Return Markdown as the words that a reader sees, to quote it where no Markdown is shown."""
    return _BOLD.sub(r"\1", _LINK.sub(r"\1", text))


def in_markdown(text: str) -> Iterator[Flaw]:
    """Yield what is wrong with the Markdown of a text."""
    if _PICTURE.search(text):
        yield Flaw("Bilder i texten visas inte. Använd fältet för bild.")
    if _NOTE.search(text):
        yield Flaw("En länk har sin adress på en annan rad. Skriv den som [text](https://…).")
    for title, url in _LINK.findall(text):
        yield from disguise("Länken", title, url)
        if flaw := address_flaw(url):
            yield Flaw(f"Länken ”{title or url}” {flaw}")


def in_words(text: str, year: int) -> Iterator[Flaw]:
    """Yield what is wrong with everything that people read: tags, gaps, personal numbers, and dates without a year."""
    if _HTML.search(text):
        yield Flaw("Texten har HTML-taggar, och de visas inte. Använd **fet**, listor och [länkar](https://…).")
    if left := _PLACEHOLDER.search(text):
        yield Flaw(f"Det finns något kvar att fylla i: {' '.join(left[0].split())}")
    if utterance.has_personal_number(text):
        yield Flaw("Texten ser ut att ha ett personnummer. Ta bort det.")
    if named := _NAMED_DAY.search(text):
        yield Flaw(f"Datumet ”{named[0]}” saknar år. Skriv till exempel {named[0]} {year}.", blocks=False)


def disguise(what: str, title: str, url: str) -> Iterator[Flaw]:
    """Yield what is wrong if a link says that it leads to somebody, or to another address."""
    read = unicodedata.normalize("NFKC", _EMPHASIS.sub("", title)).strip()
    shown, mail = _ADDRESS.search(read), _MAIL.search(read)
    if read.startswith("@"):
        yield Flaw(f"{what} ”{title}” ser ut som ett omnämnande av en person. Skriv vad länken leder till.")
    elif mail and mail[0].casefold() != _mail_of(url):
        leads = _mail_of(url) or host(url) or "en annan adress"
        yield Flaw(f"{what} visar {mail[0]} men leder till {leads}. Skriv samma adress.")
    elif shown and host(shown[0]) != host(url):
        yield Flaw(f"{what} visar {shown[0]} men leder till {host(url) or 'en annan adress'}. Skriv samma adress.")


def address_flaw(url: str) -> str:
    """Return what looks wrong with an address by its shape; empty for a good one."""
    if url.startswith("mailto:") and "@" in url:
        return ""
    if not host(url):
        return "har en adress som inte går att öppna. Den ska börja med https:// och ha ett namn som ekokommuner.se."
    if re.search(r"[\s…]|\.\.|[.,;:!?)]$", url):
        return f"har en adress som ser fel ut: {url}. Kontrollera den."
    return ""


def _mail_of(url: str) -> str:
    """Return the address that a mail link writes to; empty for anything else."""
    scheme, _, address = url.partition(":")
    return address.partition("?")[0].casefold() if scheme.casefold() == "mailto" else ""


def host(url: str) -> str:
    """Return the host of a web address; empty for anything else."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}" if url.casefold().startswith("www.") else url)
        name = parts.hostname or ""
    except ValueError:
        return ""
    if not parts.scheme and "." in url and " " not in url:
        name = url.partition("/")[0]
    right = parts.scheme in ("http", "https") or (not parts.scheme and name)
    return name.casefold().removeprefix("www.") if right and re.fullmatch(r"[\w-]+(\.[\w-]+)+", name) else ""
