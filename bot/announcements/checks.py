"""Find what is wrong with an announcement before anybody else sees it. Pure: no address is looked up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from bot.announcements.manuscript import KINDS, Manuscript
from bot.swedish import MONTHS, day
from bot.wording import utterance

PICTURES = (".png", ".jpg", ".jpeg", ".gif")
"""The formats that Teams shows in a card."""
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
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\{\{|\}\}", re.DOTALL)
_NAMED_DAY = re.compile(rf"\b(\d{{1,2}})\s+({'|'.join(MONTHS)})\b(?!\s+\d{{4}})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something to mend, in Swedish."""

    text: str
    blocks: bool = True
    """Whether it must be mended before the announcement is sent."""


def problems(content: Manuscript, today: date) -> list[Flaw]:
    """Return what is wrong, the worst first."""
    found = [*_markdown(content), *_picture(content), *_addresses(content), *_words(content), *_dates(content, today)]
    return sorted(found, key=lambda problem: not problem.blocks)


def opens(url: str) -> bool:
    """Return whether a button with this address opens anything."""
    return not _flaw(url) and bool(urlsplit(url).scheme)


def shows_picture(content: Manuscript) -> bool:
    """Return whether the picture can be shown, with a text for people who do not see it."""
    return bool(content.image_url) and not list(_picture(content))


def _markdown(content: Manuscript) -> Iterator[Flaw]:
    everything = content.everything
    if _HTML.search(everything):
        yield Flaw("Texten har HTML-taggar, och de visas inte. Använd **fet**, listor och [länkar](https://…).")
    if _PICTURE.search(content.text):
        yield Flaw("Bilder i texten visas inte. Använd fältet för bild.")
    if _NOTE.search(content.text):
        yield Flaw("En länk har sin adress på en annan rad. Skriv den som [text](https://…).")
    for title, url in _LINK.findall(content.text):
        yield from _disguise("Länken", title, url)
        if flaw := _flaw(url):
            yield Flaw(f"Länken ”{title or url}” {flaw}")


def _disguise(what: str, title: str, url: str) -> Iterator[Flaw]:
    """Yield what is wrong if a link says that it leads to somebody, or to another address."""
    read = unicodedata.normalize("NFKC", _EMPHASIS.sub("", title)).strip()
    shown, mail = _ADDRESS.search(read), _MAIL.search(read)
    if read.startswith("@"):
        yield Flaw(f"{what} ”{title}” ser ut som ett omnämnande av en person. Skriv vad länken leder till.")
    elif mail and mail[0].casefold() != _mail_of(url):
        leads = _mail_of(url) or _host(url) or "en annan adress"
        yield Flaw(f"{what} visar {mail[0]} men leder till {leads}. Skriv samma adress.")
    elif shown and _host(shown[0]) != _host(url):
        yield Flaw(f"{what} visar {shown[0]} men leder till {_host(url) or 'en annan adress'}. Skriv samma adress.")


def _picture(content: Manuscript) -> Iterator[Flaw]:
    if not content.image_url:
        return
    if not content.image_alt:
        yield Flaw("Bilden saknar beskrivning. Skriv vad den visar, för den som inte ser den.")
    parts = urlsplit(content.image_url) if _host(content.image_url) else None
    if parts is None or parts.scheme != "https":
        yield Flaw("Bildens adress ska börja med https://.")
    elif flaw := _flaw(content.image_url):
        yield Flaw(f"Bilden {flaw}")
    elif not parts.path.casefold().endswith(PICTURES):
        yield Flaw(f"Bildens adress leder inte till en bild. Den ska sluta på {', '.join(PICTURES)}.")


def _addresses(content: Manuscript) -> Iterator[Flaw]:
    for title, url in content.links:
        yield from _disguise("Knappen", title, url)
        if flaw := _flaw(url) or ("" if urlsplit(url).scheme else "har en adress som inte börjar med https://."):
            yield Flaw(f"Knappen ”{title}” {flaw}")


def _words(content: Manuscript) -> Iterator[Flaw]:
    if left := _PLACEHOLDER.search(f"{content.heading}\n{content.everything}"):
        yield Flaw(f"Det finns något kvar att fylla i: {' '.join(left[0].split())}")
    if utterance.has_personal_number(content.everything):
        yield Flaw("Texten ser ut att ha ett personnummer. Ta bort det.")
    if not content.text and not content.links:
        yield Flaw("Det finns varken text eller länk.")


def _dates(content: Manuscript, today: date) -> Iterator[Flaw]:
    if content.last_date and content.last_date < today:
        yield Flaw(f"Sista dagen, {day(content.last_date)}, har redan varit.")
    if not content.last_date and KINDS[content.kind].dated:
        yield Flaw(f"{KINDS[content.kind].title} brukar ha en sista dag. Ingen är angiven.", blocks=False)
    if named := _NAMED_DAY.search(content.everything):
        yield Flaw(f"Datumet ”{named[0]}” saknar år. Skriv till exempel {named[0]} {today.year}.", blocks=False)


def _flaw(url: str) -> str:
    """Return what looks wrong with an address by its shape; empty for a good one."""
    if url.startswith("mailto:") and "@" in url:
        return ""
    host = _host(url)
    if not host:
        return "har en adress som inte går att öppna. Den ska börja med https:// och ha ett namn som ekokommuner.se."
    if re.search(r"[\s…]|\.\.|[.,;:!?)]$", url):
        return f"har en adress som ser fel ut: {url}. Kontrollera den."
    return ""


def _mail_of(url: str) -> str:
    """Return the address that a mail link writes to; empty for anything else."""
    scheme, _, address = url.partition(":")
    return address.partition("?")[0].casefold() if scheme.casefold() == "mailto" else ""


def _host(url: str) -> str:
    """Return the host of a web address; empty for anything else."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}" if url.casefold().startswith("www.") else url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if not parts.scheme and "." in url and " " not in url:
        host = url.partition("/")[0]
    right = parts.scheme in ("http", "https") or (not parts.scheme and host)
    return host.casefold().removeprefix("www.") if right and re.fullmatch(r"[\w-]+(\.[\w-]+)+", host) else ""
