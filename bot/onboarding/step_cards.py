"""The cards that ask a newcomer, one for each step."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from microsoft_teams.cards import CardElement

from bot.cards import (
    button,
    buttons,
    card,
    caution,
    choice_input,
    choices_input,
    heading,
    label,
    plain,
    row,
    small,
    text_input,
)
from bot.dialog import controls
from bot.message import Json
from bot.onboarding import profile
from bot.onboarding.suggestions import LikelyPlace
from bot.register import words
from storage.groups import ThemeGroup
from storage.municipalities import Municipality
from storage.people import OWN

QUESTIONS = 6
OTHER = "other"
"""The answer of a form in which the person wrote a municipality."""
WANTS, NO, OFFERS = "wants", "no", "offers"
"""The answers about a contact person."""
HOW_MANY = ("en ny medlem", "två nya medlemmar", "tre nya medlemmar")


def welcome() -> Json:
    """Return the first card: what this is, and what is kept."""
    title = "Välkommen till Sveriges Ekokommuner!"
    return card(
        heading(title),
        plain(
            "Sex korta frågor, så vet jag var du hör hemma och vad du vill ha av nätverket. Det tar under två minuter, "
            "och du får hoppa över vad du vill."
        ),
        plain(
            "Jag sparar det du svarar tills du ändrar eller tar bort det. Andra medlemmar ser din kommun, din roll och "
            "vad du kan hjälpa till med. Vad du brottas med använder jag för att hitta rätt kontaktperson åt dig.",
            subtle=True,
        ),
        actions=[
            button("Börja", "dialog.answer", style="positive", step="welcome", answer="ja"),
            button("Det här sparar jag", "onboarding.kept", alone=True),
            *controls(back=False),
        ],
        summary=f"{title} Tryck Börja, eller skriv ja.",
    )


def municipality(likely: Sequence[LikelyPlace]) -> Json:
    """Ask which municipality the person works for. One that is likely takes one press."""
    if not likely:
        return _places("Vilken kommun eller region arbetar du för?", [], [])
    if len(likely) > 1:
        reasons = [f"{each.place.full_name}: {each.why}" for each in likely]
        return _places("Vilken av dem talar du för i nätverket?", reasons, [each.place for each in likely])
    place, why = likely[0].place, likely[0].why
    yes = button("Ja", "dialog.answer", style="positive", step="municipality", answer=place.code)
    return _places(f"Arbetar du för {place.full_name}?", [why], [], yes=[buttons(yes)])


def which(places: Sequence[Municipality], *, both: bool) -> Json:
    """Ask which of several municipalities the person means, or speaks for if they named two."""
    return _places("Vilken av dem talar du för i nätverket?" if both else "Vilken menar du?", [], places)


def not_found(text: str) -> Json:
    """Say that no municipality has the name, and ask again."""
    return _places(
        "Vilken kommun eller region arbetar du för?",
        [],
        [],
        said=f"Jag hittar ingen kommun eller region som heter ”{text}”. Skriv namnet igen, till exempel Sotenäs.",
    )


def role(likely: str, place: str, *, said: bool) -> Json:
    """Ask what the person is in the network. ``place`` is the municipality's name or empty.

    The ``likely`` role is marked. ``said``: they have answered it before.
    """
    title = f"Vad är du i {place}?" if place else "Vad är du i nätverket?"
    known = f"{'Du har svarat' if said else 'Jag tror att du är'} {words.role(likely)}. Tryck på det som stämmer."
    choices = [
        button(
            words.capital(words.role(each)),
            "dialog.answer",
            step="role",
            answer=each.value,
            style="positive" if each == likely else None,
        )
        for each in OWN
    ]
    return _asked(
        "role", 2, title, known if likely else "", *(buttons(*choices[at : at + 2]) for at in range(0, len(choices), 2))
    )


def groups(offered: Sequence[ThemeGroup], ticked: Collection[str]) -> Json:
    """Ask which groups the person wants to follow, with proposals ticked."""
    title = "Vilka temagrupper vill du följa?"
    if not offered:
        return _asked("groups", 3, title, "Det finns inga temagrupper än.")
    choices = [(str(group.id), f"{group.name}. {group.about}" if group.about else group.name) for group in offered]
    values = [str(group.id) for group in offered if group.theme in ticked]
    hint = "Du får veta när det kommer en ny fråga dit. Bocka i och ur som du vill."
    form = choices_input("groups", "Temagrupper", choices, values=values, boxes=True)
    return _asked("groups", 3, title, hint, form, sends=True)


def wrestles(value: str) -> Json:
    """Ask what the person wrestles with."""
    hint = "Ett par rader räcker. Jag använder det för att hitta någon som har löst det. Skriv inga namn."
    form = text_input("answer", "Det här brottas vi med", value=value, long=True, most=profile.LONGEST_STRUGGLE)
    return _asked("wrestles", 4, "Vad brottas ni med just nu?", hint, form, sends=True)


def helps(value: str) -> Json:
    """Ask what the person can help others with."""
    hint = "Det syns för andra medlemmar som letar efter hjälp. Smått räknas: en mall, ett avtal, en erfarenhet."
    form = text_input("answer", "Det kan jag hjälpa andra med", value=value, long=True, most=profile.LONGEST_HELP)
    return _asked("helps", 5, "Vad kan du hjälpa andra med?", hint, form, sends=True)


def contact() -> Json:
    """Ask whether the person wants a contact person, or can be one."""
    many = [(str(number), title) for number, title in enumerate(HOW_MANY, 1)]
    return _asked(
        "contact",
        6,
        "Vill du ha en kontaktperson?",
        "En kollega i en annan kommun som du kan fråga i början. Du väljer själv bland de förslag du får.",
        buttons(
            button("Ja, gärna", "dialog.answer", step="contact", answer=WANTS, style="positive"),
            button("Nej tack", "dialog.answer", step="contact", answer=NO),
        ),
        label("Har du varit med ett tag?"),
        choice_input("most", "Jag kan ta emot, åt gången", many, value="1"),
        buttons(button("Jag kan vara kontaktperson", "dialog.answer", step="contact", answer=OFFERS)),
    )


def summary(lines: Sequence[tuple[str, str, str]], notes: Sequence[str]) -> Json:
    """Show all answers, each with a press to change it. ``lines`` are step, name and answer."""
    title = "Stämmer det här?"
    return card(
        heading(title),
        plain("Tryck på en rad för att ändra den.", subtle=True),
        *(row(f"{name}: {answer}", "dialog.change", step=step) for step, name, answer in lines),
        *(small(note) for note in notes),
        actions=[
            button("Klar", "dialog.answer", style="positive", step=profile.LAST_STEP, answer="klar"),
            *controls(),
        ],
        summary=f"{title} Skriv klar, eller tryck på det du vill ändra.",
    )


def left(*, answered: bool) -> Json:
    """Return the card for a person who cancelled, with the way back. ``answered``: there are answers to keep."""
    title = "Vi tar det en annan gång"
    kept = "Dina svar finns kvar." if answered else "Jag har inte sparat några svar."
    go_on = "Tryck på knappen när du vill fortsätta, eller skriv kom igång, i dag eller om flera veckor."
    return card(
        heading(title),
        plain(f"{kept} {go_on}"),
        actions=[button("Kom igång", "onboarding.start")],
        summary=f"{title}. {kept} Skriv kom igång när du vill fortsätta.",
    )


def _places(
    title: str,
    why: Sequence[str],
    choices: Sequence[Municipality],
    *,
    said: str = "",
    yes: Sequence[CardElement] = (),
) -> Json:
    """Ask for a municipality: one of ``choices``, or another that the person writes."""
    known = bool(choices or yes)
    chosen = [button(each.full_name, "dialog.answer", step="municipality", answer=each.code) for each in choices]
    return _asked(
        "municipality",
        1,
        title,
        "",
        *([caution(said)] if said else []),
        *(plain(line) for line in why),
        *yes,
        *(buttons(each) for each in chosen),
        text_input("name", "Eller en annan kommun eller region" if known else "Kommun eller region", most=80),
        buttons(
            button(
                "Välj den jag skrev" if known else "Fortsätt",
                "dialog.answer",
                step="municipality",
                answer=OTHER,
                style=None if known else "positive",
            )
        ),
        small("Arbetar du för två? Skriv båda, till exempel Sotenäs och Lysekil."),
    )


def _asked(step: str, number: int, title: str, hint: str, *form: CardElement, sends: bool = False) -> Json:
    """Return a step's card. ``sends`` gives it a button for its form."""
    go_on = [buttons(button("Fortsätt", "dialog.answer", style="positive", step=step))] if sends else []
    return card(
        small(f"Fråga {number} av {QUESTIONS}"),
        heading(title),
        *([plain(hint, subtle=True)] if hint else []),
        *form,
        *go_on,  # a fourth button in the last row would cut them all off on a phone
        actions=controls(skip=step),
        summary=f"{title} {hint}".strip(),
    )
