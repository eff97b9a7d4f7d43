"""The information pack: as members read it, and as the kansli changes it."""

from __future__ import annotations

from collections.abc import Sequence

from microsoft_teams.cards import Action, CardElement

from bot.cards import (
    button,
    card,
    choice_input,
    heading,
    label,
    markdown,
    one_line,
    plain,
    row,
    small,
    text_input,
    web_link,
)
from bot.message import Json
from storage.info_links import InfoLink, Track

LONGEST_TITLE, LONGEST_URL = 80, 500
TRACKS = {
    Track.BOTH: "Alla",
    Track.POLITICIAN: "Kontaktpolitiker",
    Track.OFFICER: "Tjänstepersoner",
}
FOR = {Track.POLITICIAN: "För dig som är kontaktpolitiker", Track.OFFICER: "För dig som är tjänsteperson"}
TITLE = "Informationspaketet"


def pack(links: Sequence[InfoLink], track: Track, *, kansli: bool) -> Json:
    """Return the links of a person's track; a person whose track is unknown sees everything, under headings."""
    body: list[CardElement] = [heading(TITLE)]
    if not links:
        body.append(plain("Kansliet har inte lagt in några länkar än. Skriv din fråga till mig så länge."))
    for name in (Track.BOTH, Track.POLITICIAN, Track.OFFICER):
        shown = [link for link in links if link.track == name]
        if shown and name in FOR:
            body.append(label(FOR[name]))
        if shown:
            body.append(markdown("\n".join(f"- {web_link(link.title, link.url)}" for link in shown)))
    if track == Track.BOTH and links:
        body.append(small("Vet jag din roll, visar jag bara det som gäller dig. Skriv **kom igång**."))
    actions: list[Action] = [button("Kom igång", "onboarding.start")]
    actions += [button("Ändra länkarna", "welcome.pack.edit")] if kansli else []
    return card(*body, actions=actions, summary=one_line(f"{TITLE}: {', '.join(link.title for link in links)}", 300))


def edit(links: Sequence[InfoLink], note: str = "") -> Json:
    """Return all links for the kansli, with a form for a new one."""
    body: list[CardElement] = [heading("Länkarna i informationspaketet")]
    body += [label(note)] if note else []
    body += [row(f"{link.title} ({TRACKS[Track(link.track)]})", "welcome.pack.open", link=link.id) for link in links]
    body += [] if links else [plain("Inga länkar än.")]
    body += [label("Ny länk"), *_fields("", "", Track.BOTH)]
    actions = [
        button("Lägg till", "welcome.pack.add", style="positive"),
        button("Visa som medlem", "welcome.pack", alone=True),
    ]
    return card(*body, actions=actions, summary="Länkarna i informationspaketet")


def one(link: InfoLink) -> Json:
    """Return one link with what the kansli can do with it."""
    return card(
        heading(link.title),
        *_fields(link.title, link.url, Track(link.track)),
        actions=[
            button("Spara", "welcome.pack.save", style="positive", link=link.id),
            button("Flytta upp", "welcome.pack.up", alone=True, link=link.id),
            button("Ta bort", "welcome.pack.remove", style="destructive", alone=True, link=link.id),
            button("Tillbaka", "welcome.pack.edit", alone=True),
        ],
        summary=link.title,
    )


def _fields(title: str, url: str, track: Track) -> list[CardElement]:
    return [
        text_input("heading", "Vad länken leder till", value=title, most=LONGEST_TITLE),
        text_input("url", "Adress som börjar med https://", value=url, most=LONGEST_URL),
        choice_input("track", "För vilka", [(key.value, name) for key, name in TRACKS.items()], value=track.value),
    ]
