"""What somebody sees of what is kept about them, and of being erased."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from microsoft_teams.cards import CardElement

from bot.cards import button, card, caution, heading, label, markdown, open_link, plain, small, turning, web_link
from bot.message import Json
from bot.privacy import notes, words
from bot.settings import Settings
from bot.swedish import count
from storage.people import Person
from storage.privacy import Erased, Kept


def overview(person: Person, place: str, kept: Mapping[str, Kept], settings: Settings, base: str) -> Json:
    """Return what is kept, why and for how long, class by class.

    ``place`` is the person's municipality, ``base`` where the bot's pages are; both may be empty.
    """
    contact = settings.contact
    body: list[CardElement] = [
        heading("Dina uppgifter"),
        markdown("Det här har jag sparat om dig. Du kan läsa allt, rätta det, ta med dig det och ta bort det."),
        plain(f"{person.name}. {person.mail or 'Ingen mejladress'}. {place or 'Ingen kommun vald'}."),
        small(f"Är namnet eller adressen fel? Mejla kansliet: {web_link(contact, f'mailto:{contact}')}."),
    ]
    for one, tables in words.classes_of(list(kept)):
        rows = sum(kept[table].deleted + kept[table].anonymised for table in tables)
        body += [
            label(f"{one.title} ({count(rows, 'rad', 'rader')})"),
            markdown(f"{one.what} {one.why}"),
            small(f"**Hur länge:** {one.how_long(settings)}"),
        ]
    body += [label("Det andra medlemmar får veta"), markdown(notes.SHOWN), markdown(notes.OBJECT)]
    body.append(small(notes.ANONYMOUS))
    actions = [button("Läs allt", "privacy.show", page=0)]
    if base:
        actions.append(button("Hämta som fil", "privacy.links"))
    actions += [button("Rätta mina val", "people.profile"), button("Min kommun", "people.mine")]
    actions.append(button("Ta bort mig", "privacy.ask_erase"))
    if base:
        actions.append(open_link("Så hanterar vi personuppgifter", f"{base}/integritet"))
    return card(*body, actions=actions, summary="Dina uppgifter: vad jag har sparat om dig, varför och hur länge.")


def page(lines: Sequence[str], number: int, pages: int) -> Json:
    """A page of everything, as text."""
    body: list[CardElement] = [heading("Allt jag har sparat om dig"), small(f"Sida {number + 1} av {pages}")]
    body += [label(line.capitalize()) if line.isupper() else plain(line) for line in lines if line]
    return card(
        *body,
        actions=[*turning(number, pages - 1, "privacy.show"), button("Tillbaka", "privacy.overview")],
        summary=f"Allt jag har sparat om dig, sida {number + 1} av {pages}.",
    )


def links(text: str, data: str) -> Json:
    """The links to fetch one's data."""
    return card(
        heading("Hämta dina uppgifter"),
        markdown(
            "Länkarna är bara till för dig. Varje länk fungerar i 15 minuter och **en gång**. Skicka dem inte vidare."
        ),
        small("Textfilen är till för att läsa. JSON-filen är till för att läsas in i ett annat system."),
        actions=[
            open_link("Hämta som text", text),
            open_link("Hämta som JSON", data),
            button("Nya länkar", "privacy.links"),
            button("Tillbaka", "privacy.overview"),
        ],
        summary="Länkar för att hämta dina uppgifter. De fungerar i 15 minuter.",
    )


def no_links() -> Json:
    """What a repeated press is shown: the links themselves are kept nowhere."""
    return card(
        heading("Länkarna visas bara en gång"),
        plain("Jag sparar dem inte. Gör nya om du behöver."),
        actions=[button("Nya länkar", "privacy.links"), button("Tillbaka", "privacy.overview")],
        summary="Länkarna visas bara en gång. Gör nya om du behöver.",
    )


def ask_erase(person_id: int, kept: Mapping[str, Kept], entries: int) -> Json:
    """Ask for the first time: what goes, and what remains. ``entries`` of the knowledge bank name the person."""
    return card(
        heading("Vill du att jag tar bort dig?"),
        markdown("Då tar jag bort ditt namn, din mejladress och allt annat som jag har sparat om dig."),
        *_what(kept, entries),
        markdown(
            "Du får inga fler påminnelser från mig. Har du ett uppdrag för din kommun avslutas det i dag. Du är kvar "
            "i Teams. Skriver du till mig igen börjar vi om från början."
        ),
        actions=[
            button("Ja, gå vidare", "privacy.sure", person=person_id),
            button("Nej, behåll mig", "privacy.overview"),
        ],
        summary="Vill du att jag tar bort allt jag har sparat om dig?",
    )


def sure(person_id: int) -> Json:
    """The second question."""
    return card(
        heading("Är du säker?"),
        caution("Det går inte att ångra. Vill du ha en kopia av dina uppgifter, hämta den först."),
        actions=[
            button("Ta bort mina uppgifter", "privacy.erase", style="destructive", person=person_id),
            button("Avbryt", "privacy.overview"),
        ],
        summary="Är du säker på att jag ska ta bort dina uppgifter? Det går inte att ångra.",
    )


def gone(done: Erased) -> Json:
    """Say after it was done what went, and what remains and why."""
    return card(
        heading("Dina uppgifter är borttagna"),
        *_others(done),
        *_remains(done.kept, len(done.entries), ambiguous=done.ambiguous),
        markdown(notes.TEAMS),
        small(
            "Jag har sparat en kod som inte går att läsa ut ditt namn ur. Den gör att jag inte lägger till dig igen "
            "av mig själv. Skriver du till mig tar jag bort den och börjar om."
        ),
        summary="Dina uppgifter är borttagna.",
    )


def _what(kept: Mapping[str, Kept], entries: int) -> Iterator[CardElement]:
    goes = [one.title for one, tables in words.classes_of(list(kept)) if any(kept[table].deleted for table in tables)]
    yield label("Det här tar jag bort")
    yield markdown("\n".join(f"- {title}" for title in goes))
    yield from _remains(kept, entries)


def _remains(kept: Mapping[str, Kept], entries: int, *, ambiguous: bool = False) -> Iterator[CardElement]:
    """Say what stays without the person, and where their name may stay."""
    lines = []
    for one, tables in words.classes_of(list(kept)):
        rows = sum(kept[table].anonymised for table in tables)
        if rows:
            lines.append(f"- **{one.title}** ({rows}): {one.remains or 'Raden, utan ditt namn.'}")
    lines.append(f"- **Ditt namn hos andra:** {notes.OTHERS_TEXTS}{f' {notes.AMBIGUOUS}' if ambiguous else ''}")
    if entries:
        lines.append(f"- **Kunskapsbanken ({entries}):** {notes.BANK}")
    yield label("Det här blir kvar")
    yield markdown("\n".join(lines))


def _others(done: Erased) -> Iterator[CardElement]:
    """Say what was taken out of that others have."""
    told = []
    if done.texts:
        texts = count(done.texts, "fråga eller svar", "frågor och svar")
        told.append(f"Ditt namn är också borttaget ur {texts} där det nämndes.")
    if done.messages:
        told.append(f"Jag byter ut {count(done.messages, 'meddelande', 'meddelanden')} i Teams som nämner dig.")
    if told:
        yield markdown(" ".join(told))
