"""What newcomers and contact persons see: candidates, a request, the match, and whether they met."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from microsoft_teams.cards import Action, CardElement

from bot.cards import button, buttons, card, date_input, heading, label, open_link, plain, small, text_input
from bot.matches import matching
from bot.matches.matching import Candidate, MatchPerson
from bot.matches.rules import LONGEST_COMMENT
from bot.matches.views import OPENERS, PairView, openers, weekday
from bot.message import Json
from bot.register.words import capital
from bot.swedish import listed
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
