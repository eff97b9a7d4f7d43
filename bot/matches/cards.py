"""What newcomers and contact persons see: candidates, a request, the match, and whether they met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from microsoft_teams.cards import Action, CardElement

from bot.cards import button, buttons, card, date_input, heading, label, open_link, plain, small, text_input
from bot.matches import matching
from bot.matches.matching import Candidate, MatchPerson
from bot.matches.rules import LONGEST_COMMENT
from bot.message import Json
from bot.register.words import capital
from bot.search.subjects import same
from bot.swedish import WEEKDAYS, day, listed
from storage.pairs import Pair

MINE = "Min match"
TOLD = "Den du väljer får veta ditt namn, din kommun, din roll och vad du brottas med."
GUIDANCE = (
    "Hör av dig först, gärna i dag. Den som är ny vågar sällan.",
    "Föreslå en halvtimme på telefon eller i Teams. Ett samtal räcker långt.",
    "Berätta hur ni gjorde hos er, också det som gick snett. Du behöver inte kunna allt.",
    "Bestäm innan ni slutar om ni ska höras igen.",
)
"""What a contact person does, in the order that it is done."""
OPENERS = (
    "Vad hade du velat veta under din första tid i nätverket?",
    "Vilken av årets uppgifter tar mest tid hos er, och hur gör ni?",
    "Vem hos er tar ni hjälp av i hållbarhetsarbetet?",
)


@dataclass(frozen=True, slots=True)
class PairView:
    """A match as one of its people sees it."""

    pair: Pair
    own: MatchPerson
    others: Sequence[MatchPerson]
    contact: int | None
    """The contact person's id; None for newcomers who meet each other."""
    link: str = ""
    """Where they write to each other; empty if no way is known."""
    group_chat: bool = False
    """Whether the link leads to a chat that the bot has opened."""

    @property
    def helper(self) -> bool:
        """Whether the person is the contact person."""
        return self.contact == self.own.id

    @property
    def names(self) -> str:
        """The others' names."""
        return listed([other.called for other in self.others])

    @property
    def you_and_they(self) -> str:
        """Return ``du och Bo Ek``."""
        return listed(["du", *(other.called for other in self.others)])

    @property
    def reasons(self) -> Sequence[str]:
        """Why they were matched, for this person."""
        if self.helper:
            return matching.likeness(self.others[0], self.own).reasons_for_contact if self.others else ()
        return matching.likeness(self.own, self.others[0]).reasons if len(self.others) == 1 else ()


def candidates(found: Sequence[Candidate], note: str = "") -> Json:
    """Let a newcomer choose a contact person."""
    if not found:
        text = (
            "Just nu är ingen kontaktperson ledig. Du står kvar i kön, kansliet ser att du väntar, och jag hör av mig."
        )
        return card(heading("Du står i kön"), *_noted(note), plain(text), actions=[_mine()], summary="Du står i kön.")
    body: list[CardElement] = []
    for candidate in found:
        body.append(label(candidate.contact.described))
        body += _reasons(candidate.likeness.reasons or ("Har sagt ja till att hjälpa nya",))
        body.append(
            buttons(
                button(f"Välj {candidate.contact.called}", "pair.ask", style="positive", contact=candidate.contact.id),
                button("Välj bort", "pair.avoid", person=candidate.contact.id),
            )
        )
    return card(
        heading("Välj en kontaktperson"),
        *_noted(note),
        *body,
        small(TOLD),
        actions=[_mine(), button("Jag vill inte ha någon", "pair.unwant")],
        summary="Välj en kontaktperson.",
    )


def asked(contact: MatchPerson, until: str) -> Json:
    """Say that a request has gone."""
    return card(
        heading(f"Jag har frågat {contact.called}"),
        plain(f"Jag hör av mig när svaret kommer, senast {until}. Blir det ett nej får du nya förslag."),
        actions=[_mine()],
        summary=f"Jag har frågat {contact.called}.",
    )


def request(pair: Pair, newcomer: MatchPerson, contact: MatchPerson, until: str) -> Json:
    """Ask a contact person whether a newcomer may meet them."""
    title = f"{newcomer.called} vill ha dig som kontaktperson"
    likeness = matching.likeness(newcomer, contact)
    return card(
        heading(title),
        plain(newcomer.described),
        *([label("Brottas med"), plain(newcomer.wrestles)] if newcomer.wrestles else []),
        *([label("Därför passar ni"), *_reasons(likeness.reasons_for_contact)] if likeness.reasons_for_contact else []),
        small(f"Det brukar räcka med ett eller två samtal på en halvtimme. Svara senast {until}."),
        buttons(
            button("Ja, gärna", "pair.accept", style="positive", pair=pair.id),
            button("Inte nu", "pair.decline", pair=pair.id),
        ),
        actions=[button("Matcha mig inte med den här", "pair.avoid", person=newcomer.id)],
        summary=f"{title}.",
    )


def matched(view: PairView, today: date, note: str = "") -> Json:
    """Introduce people to each other: how to meet, how to begin, and for a contact person what to do."""
    title = f"{capital(view.you_and_they)} är matchade"
    where = "Jag har öppnat en gruppchatt för er." if view.group_chat else ""
    where = where or ("" if view.link else "Sök på namnet i Teams och skriv ett meddelande.")
    open_chat = [open_link("Öppna gruppchatten" if view.group_chat else "Öppna en chatt", view.link)]
    return card(
        heading(title),
        *_noted(note),
        *(plain(other.described) for other in view.others),
        *_reasons(view.reasons),
        *([plain(where)] if where else []),
        *([buttons(*open_chat)] if view.link else []),
        *([label("Så gör du som kontaktperson"), *_reasons(GUIDANCE)] if view.helper else []),
        label("Tre sätt att börja"),
        *_reasons(openers(view)),
        *_day_form(view, today),
        actions=[_mine(), _end(view)],
        summary=f"{title}.",
    )


def openers(view: PairView) -> tuple[str, ...]:
    """Return three questions to begin with. The first is about what a newcomer wrestles with, if the other knows it."""
    newcomer, contact = (view.others[0], view.own) if view.helper and view.others else (view.own, None)
    able = [contact] if contact else view.others
    known = [
        word
        for stem, word in newcomer.wanted.items()
        if any(same(stem, can) for person in able for can in person.offered)
    ]
    shared = sorted(set.intersection(*(set(person.themes) for person in (view.own, *view.others))))
    asks = "Hur långt har ni kommit med" if contact else "Hur har ni gjort med"
    first = [f"{asks} {word}?" for word in known[:1]]
    return tuple([*first, *(f"Vad är på gång i {theme} hos er?" for theme in shared[:1]), *OPENERS][:3])


def chat(names: Sequence[str]) -> Json:
    """Greet people in their group chat. It tells nothing of them but their names, which the chat shows anyway."""
    return card(
        heading("Välkomna!"),
        plain(f"{listed(names)}: ni är matchade. Säg hej, och bestäm när ni hörs."),
        label("Tre sätt att börja"),
        *_reasons(OPENERS),
        small("Jag läser bara det som ni skriver till mig med @."),
        summary="Välkomna! Ni är matchade.",
    )


def chosen(view: PairView, meets_on: date, by: str) -> Json:
    """Tell the others which day somebody has chosen."""
    title = f"{by} föreslår {weekday(meets_on)}"
    return card(
        heading(title),
        plain("Passar det inte? Skriv till varandra, och välj en annan dag på kortet för er match."),
        *([buttons(open_link("Öppna chatten", view.link))] if view.link else []),
        actions=[_mine()],
        summary=f"{title}.",
    )


def reminder(view: PairView, meets_on: date) -> Json:
    """Remind one working day before the day they meet."""
    title = f"{capital(view.you_and_they)} hörs {weekday(meets_on)}"
    return card(
        heading(title),
        label("Tre sätt att börja"),
        *_reasons(openers(view)),
        *([buttons(open_link("Öppna chatten", view.link))] if view.link else []),
        actions=[_mine()],
        summary=f"{title}.",
    )


def ask_met(view: PairView) -> Json:
    """Ask whether they met."""
    title = f"Har {view.you_and_they} träffats?"
    return card(
        heading(title),
        text_input("comment", "En rad om hur det var, om du vill", most=LONGEST_COMMENT),
        actions=[
            button("Ja", "pair.met", style="positive", pair=view.pair.id),
            button("Inte än", "pair.not_met", pair=view.pair.id),
        ],
        summary=title,
    )


def thanks(view: PairView) -> Json:
    """Thank for the answer yes."""
    text = (
        "Platsen hos dig är fri igen. Hör gärna av er till varandra ändå."
        if view.helper
        else "Hör gärna av er till varandra igen. Vill du ha en till kontaktperson, skriv min match."
    )
    return card(heading("Tack, vad roligt!"), plain(text), actions=[_mine()], summary="Tack, vad roligt!")


def way_on(view: PairView, today: date) -> Json:
    """Show what to do if they have not met: another day, or another person."""
    return card(
        heading("Det ordnar sig"),
        plain("Välj en ny dag, eller avsluta matchningen. Du kan också bara höra av dig i chatten."),
        *([buttons(open_link("Öppna chatten", view.link))] if view.link else []),
        *_day_form(view, today),
        actions=[_mine(), _end(view)],
        summary="Välj en ny dag, eller avsluta matchningen.",
    )


def told(title: str, text: str, *more: Action) -> Json:
    """Tell a person what has become of a request or a match."""
    return card(heading(title), plain(text), actions=[*more, _mine()], summary=f"{title}. {text}")


def paused() -> Json:
    """Say that a person was paused because nothing was heard, and how to come back."""
    text = "Jag har frågat tre gånger utan att höra något, så jag slutar fråga. Tryck här när du vill vara med igen."
    return told("Du tar paus från matchningen", text, button("Jag är med igen", "pair.resume"))


def weekday(value: date) -> str:
    """Return ``torsdagen den 3 december 2026``."""
    return f"{WEEKDAYS[value.weekday()]}en {day(value)}"


def _day_form(view: PairView, today: date) -> list[CardElement]:
    """Return the field for the day they meet, and the button for those who have met."""
    chosen = view.pair.meets_on if view.pair.meets_on and view.pair.meets_on >= today else None
    return [
        date_input("day", "Vilken dag hörs ni? Jag påminner dagen före.", first=today, value=chosen),
        buttons(
            button("Spara dagen", "pair.day", pair=view.pair.id),
            button("Vi har träffats", "pair.met", pair=view.pair.id),
        ),
    ]


def _end(view: PairView) -> Action:
    newcomer_waits = view.contact is not None and not view.helper
    return button("Byt kontaktperson" if newcomer_waits else "Avsluta matchningen", "pair.end", pair=view.pair.id)


def _mine() -> Action:
    return button(MINE, "pair.mine")


def _noted(note: str) -> list[CardElement]:
    return [label(note)] if note else []


def _reasons(reasons: Sequence[str]) -> list[CardElement]:
    return [plain(f"• {reason}") for reason in reasons]
