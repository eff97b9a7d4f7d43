"""The content of an announcement as a value, read from a form or a row; and the kinds of announcements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from bot.message import UserError
from bot.plain_text import printable
from bot.swedish import day
from bot.wording import texts
from bot.wording.texts import Flaw
from storage.announcements import Announcement, Mark

LONGEST_HEADING = 120
"""A mail's subject has no more (:data:`bot.delivery.mail.SUBJECT_LENGTH`)."""
LONGEST_TEXT = 4_000
"""A card with it stays under Teams' 40 kB, and longer texts belong on the web with a link."""
LONGEST_ADDRESS = 1_000
LONGEST_ALT = 300
LONGEST_LINK = 22
"""A narrow panel cuts a longer button."""
MOST_LINKS = 3
CONSULTATION = "consultation"
"""The kind that gathers points of view (:mod:`bot.consultations`)."""
MARK_TITLES = {Mark.READ: "Läst", Mark.INTERESTED: "Intresserad", Mark.SHARED: "Delat hos oss"}
"""The buttons. A mark is what a person says, and nothing is counted that they did not press."""
MARK_UNDO = {Mark.INTERESTED: "Inte intresserad", Mark.SHARED: "Inte delat än"}
"""The buttons that take a mark back."""
MARK_SAID = {
    Mark.READ: "Du har läst det här.",
    Mark.INTERESTED: "Du är intresserad.",
    Mark.SHARED: "Du har delat det här hos er.",
}

_PICTURES = (".png", ".jpg", ".jpeg", ".gif")
"""The formats that Teams shows in a card."""


@dataclass(frozen=True, slots=True)
class AnnouncementKind:
    """A kind of announcement. ``{{ … }}`` in a template must be filled in before it can be sent."""

    title: str
    heading: str
    text: str
    link: str
    """The title of its first link button."""
    marks: tuple[Mark, ...]
    words: tuple[str, ...]
    """Beginnings of words that tell the kind in a text of one line."""
    dated: bool = False
    """Whether it usually has a last day."""


KINDS: Mapping[str, AnnouncementKind] = {
    "news": AnnouncementKind(
        "Nyhet",
        "{{ Vad har hänt? }}",
        "{{ Det viktigaste först, i två eller tre meningar. }}",
        "Läs mer",
        (Mark.READ,),
        ("nyhet",),
    ),
    "call": AnnouncementKind(
        "Utlysning",
        "{{ Vad går att söka? }}",
        "{{ Vem kan söka, och för vad? }}\n\n**Så söker ni:** {{ kort beskrivning }}",
        "Till utlysningen",
        (Mark.INTERESTED, Mark.SHARED),
        ("utlys", "ansök", "sök", "bidrag", "stöd"),
        dated=True,
    ),
    CONSULTATION: AnnouncementKind(
        "Remiss",
        "{{ Vad gäller remissen? }}",
        "{{ Varför berör den ekokommunerna? }}\n\n**Det här vill vi veta:** {{ frågor }}",
        "Läs remissen",
        (Mark.INTERESTED, Mark.SHARED),
        ("remiss", "samråd", "synpunkt"),
        dated=True,
    ),
    "newsletter": AnnouncementKind(
        "Nyhetsbrev",
        "Nyhetsbrev {{ månad och år }}",
        "**På gång:** {{ … }}\n\n**Från nätverket:** {{ … }}",
        "Läs hela nyhetsbrevet",
        (Mark.READ,),
        ("nyhetsbrev",),
    ),
    "invitation": AnnouncementKind(
        "Inbjudan",
        "{{ Vad bjuder vi in till? }}",
        "{{ När, var och för vem? }}\n\n{{ Så anmäler man sig. }}",
        "Till anmälan",
        (Mark.INTERESTED,),
        ("inbjud", "bjud", "välkommen till", "anmäl", "konferens"),
        dated=True,
    ),
    "information": AnnouncementKind(
        "Information",
        "{{ Vad behöver medlemmarna veta? }}",
        "{{ Det viktigaste först. }}\n\n{{ Behöver de göra något? }}",
        "Läs mer",
        (Mark.READ, Mark.SHARED),
        ("information", "info"),
    ),
}
"""By the word that the database stores."""


def checked_kind(value: object) -> str:
    """Return the kind's word. Raise :class:`UserError` if there is no such kind."""
    if not isinstance(value, str) or value not in KINDS:
        raise UserError("Välj vilken sorts utskick det är.")
    return value


def kind_of(text: str) -> str:
    """Return the kind that a text tells by the beginnings of its words; a news item if none."""
    folded = f" {text.casefold()}"
    order = ("newsletter", "consultation", "call", "invitation", "information")
    return next((name for name in order if any(f" {word}" in folded for word in KINDS[name].words)), "news")


def kind_named(word: str) -> str | None:
    """Return the kind whose title the word is, in any case; None if there is none."""
    return next((name for name, kind in KINDS.items() if kind.title.casefold() == word.casefold().strip()), None)


def usual_link(kind: str, number: int) -> str:
    """Return the title of a link button that was given none; two on one card never have the same."""
    return KINDS[kind].link if number == 1 else f"Länk {number}"


@dataclass(frozen=True, slots=True)
class Manuscript:
    """The text with everything around it, the same for everybody."""

    kind: str
    heading: str
    text: str = ""
    image_url: str = ""
    image_alt: str = ""
    links: tuple[tuple[str, str], ...] = ()
    """Titles and addresses of the link buttons."""
    last_date: date | None = None
    important: bool = False
    evergreen: bool = False
    """Whether new members are told of it too. On from the beginning where there is a last day: it ends by itself."""

    @classmethod
    def of(cls, row: Announcement) -> Manuscript:
        """Return the content of a row."""
        links = tuple((link["title"], link["url"]) for link in row.links)
        facts = (row.kind, row.heading, row.text, row.image_url, row.image_alt, links, row.last_date, row.important)
        return cls(*facts, row.evergreen)

    def write(self, row: Announcement) -> None:
        """Give a row this content."""
        row.kind, row.heading, row.text = self.kind, self.heading, self.text
        row.image_url, row.image_alt = self.image_url, self.image_alt
        row.links = [{"title": title, "url": url} for title, url in self.links]
        row.last_date, row.important, row.evergreen = self.last_date, self.important, self.evergreen

    @property
    def data(self) -> dict[str, Any]:
        """Return the content as the fields of its form, for a button that brings them along."""
        links = {f"link{n}_title": title for n, (title, _) in enumerate(self.links, 1)}
        links |= {f"link{n}_url": url for n, (_, url) in enumerate(self.links, 1)}
        day = self.last_date.isoformat() if self.last_date else ""
        important, evergreen = ("true" if on else "false" for on in (self.important, self.evergreen))
        fields = {"kind": self.kind, "heading": self.heading, "text": self.text, "last_date": day}
        marks = {"important": important, "evergreen": evergreen}
        return fields | {"image_url": self.image_url, "image_alt": self.image_alt} | marks | links

    @property
    def everything(self) -> str:
        """Return all words that a recipient reads."""
        return "\n".join([self.heading, self.text, self.image_alt, *(title for title, _ in self.links)])


def read(data: Mapping[str, Any]) -> Manuscript:
    """Return the content of a form. Raise :class:`UserError` for an empty heading and for texts that are too long.

    Everything else may be saved as a draft; :func:`problems` says what must be mended before it is sent.
    """
    heading = " ".join(_text(data, "heading", "Rubriken", LONGEST_HEADING).split())
    if not heading:
        raise UserError("Skriv en rubrik.")
    kind = checked_kind(data.get("kind"))
    return Manuscript(
        kind=kind,
        heading=heading,
        text=_text(data, "text", "Texten", LONGEST_TEXT),
        image_url=_text(data, "image_url", "Bildens adress", LONGEST_ADDRESS),
        image_alt=" ".join(_text(data, "image_alt", "Bildbeskrivningen", LONGEST_ALT).split()),
        links=tuple(_links(data, kind)),
        last_date=_day(data.get("last_date")),
        important=data.get("important") in (True, "true"),
        evergreen=data.get("evergreen") in (True, "true"),
    )


def problems(content: Manuscript, today: date) -> list[Flaw]:
    """Return what is wrong before anybody else sees it, the worst first."""
    everything = f"{content.heading}\n{content.everything}"
    found = [*texts.in_words(everything, today.year), *texts.in_markdown(content.text)]
    found += [*_picture(content), *_buttons(content), *_whole(content, today)]
    return sorted(found, key=lambda flaw: not flaw.blocks)


def opens(url: str) -> bool:
    """Return whether a button with this address opens anything."""
    return not texts.address_flaw(url) and bool(urlsplit(url).scheme)


def shows_picture(content: Manuscript) -> bool:
    """Return whether the picture can be shown, with a text for people who do not see it."""
    return bool(content.image_url) and not list(_picture(content))


def _picture(content: Manuscript) -> Iterator[Flaw]:
    if not content.image_url:
        return
    if not content.image_alt:
        yield Flaw("Bilden saknar beskrivning. Skriv vad den visar, för den som inte ser den.")
    parts = urlsplit(content.image_url) if texts.host(content.image_url) else None
    if parts is None or parts.scheme != "https":
        yield Flaw("Bildens adress ska börja med https://.")
    elif flaw := texts.address_flaw(content.image_url):
        yield Flaw(f"Bilden {flaw}")
    elif not parts.path.casefold().endswith(_PICTURES):
        yield Flaw(f"Bildens adress leder inte till en bild. Den ska sluta på {', '.join(_PICTURES)}.")


def _buttons(content: Manuscript) -> Iterator[Flaw]:
    for title, url in content.links:
        yield from texts.disguise("Knappen", title, url)
        if flaw := texts.address_flaw(url) or (
            "" if urlsplit(url).scheme else "har en adress som inte börjar med https://."
        ):
            yield Flaw(f"Knappen ”{title}” {flaw}")


def _whole(content: Manuscript, today: date) -> Iterator[Flaw]:
    if not content.text and not content.links:
        yield Flaw("Det finns varken text eller länk.")
    if content.last_date and content.last_date < today:
        yield Flaw(f"Sista dagen, {day(content.last_date)}, har redan varit.")
    if not content.last_date and KINDS[content.kind].dated:
        yield Flaw(f"{KINDS[content.kind].title} brukar ha en sista dag. Ingen är angiven.", blocks=False)


def _links(data: Mapping[str, Any], kind: str) -> list[tuple[str, str]]:
    links = []
    for number in range(1, MOST_LINKS + 1):
        usual = usual_link(kind, number)
        title = _text(data, f"link{number}_title", "Knappens text", LONGEST_LINK)
        url = _text(data, f"link{number}_url", "Länkens adress", LONGEST_ADDRESS)
        if url:
            links.append((" ".join(title.split()) or usual, url))
        elif title and title != usual:
            raise UserError(f"Knappen ”{title}” saknar adress. Skriv adressen, eller ta bort texten.")
    return links


def _text(data: Mapping[str, Any], name: str, what: str, most: int) -> str:
    value = data.get(name)
    text = printable(value).strip() if isinstance(value, str) else ""
    if len(text) > most:
        raise UserError(
            f"{what} är {len(text)} tecken. Korta till högst {most}, eller lägg det långa på webben och länka dit."
        )
    return text


def _day(value: object) -> date | None:
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        return date.fromisoformat(value.strip()[:10])
    except ValueError:
        raise UserError("Jag förstår inte sista dagen. Skriv den som 2027-03-03.") from None
