"""The card where people see and choose how they are reminded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from microsoft_teams.cards import Action, CardElement

from bot import swedish
from bot.cards import button, buttons, card, choice_input, date_input, heading, label, markdown, plain, small
from bot.message import Json
from bot.reminding import choices as service
from bot.reminding.choices import PauseLength
from storage.people import Person, RemindBy

_NOW = {
    RemindBy.CHAT: "Du får påminnelser **här i chatten**.",
    RemindBy.MAIL: "Du får påminnelser **med mejl**.",
    RemindBy.BOTH: "Du får påminnelser **både här i chatten och med mejl**.",
}
_CHOICES = {
    RemindBy.CHAT: "Bara i chatten",
    RemindBy.MAIL: "Bara med mejl",
    RemindBy.BOTH: "Både i chatten och med mejl",
}
_PAUSES = {
    PauseLength.WEEK: "En vecka",
    PauseLength.FORTNIGHT: "Två veckor",
    PauseLength.MONTH: "En månad",
    PauseLength.QUARTER: "Tre månader",
}
WHAT_A_PAUSE_DOES = (
    "Under pausen påminner jag dig inte. Det som hinner passera innan pausen är slut hoppar jag över. Resten får du "
    "när den är slut. Svar på dina frågor kommer som vanligt."
)


def choices(person: Person, now: datetime, contact: str, *, mails: bool, notice: str = "") -> Json:
    """Return the current choice and the other choices. ``mails`` says whether the bot can send mail at all."""
    way = _way(person, mails=mails)
    paused = person.paused_until is not None and person.paused_until >= swedish.date_of(now)
    return card(
        heading("Dina påminnelser"),
        *([label(notice)] if notice else []),
        markdown(_NOW[way]),
        *_mail(person, contact, mails=mails),
        *_others(person, way, mails=mails),
        *_pause(person, now, paused=paused),
        actions=_actions(paused=paused),
        summary="Dina påminnelser: hur du får dem, och paus.",
    )


def _way(person: Person, *, mails: bool) -> RemindBy:
    """Return how the person is reminded in fact, which differs from their choice where mail does not work."""
    if not mails or not person.mail:
        return RemindBy.CHAT
    return person.wants or RemindBy.CHAT


def _mail(person: Person, contact: str, *, mails: bool) -> Iterator[CardElement]:
    if not mails:
        yield plain("Jag kan inte skicka mejl än.", subtle=True)
    elif person.mail:
        yield plain(f"Mejl går till {person.mail}. Är adressen fel? Säg till kansliet: {contact}.", subtle=True)
    else:
        yield plain(
            f"Jag har ingen mejladress till dig. Vill du ha mejl? Be kansliet lägga in din adress: {contact}.",
            subtle=True,
        )
    if mails and person.mail and person.remind_by == RemindBy.USUAL and person.guest:
        yield small("Du är gäst i Teams och ser chatten bara när du har bytt till oss. Därför får du mejl också.")
        yield small("Svar från kollegor mejlar jag bara om du inte har öppnat dem i chatten.")
    elif mails and person.mail:
        yield small("Valet gäller också svar från kollegor.")


def _others(person: Person, way: RemindBy, *, mails: bool) -> Iterator[CardElement]:
    """Yield buttons for the other ways that work for this person."""
    if mails and person.mail:
        others = [other for other in _CHOICES if other is not way]
        yield buttons(*(button(_CHOICES[other], "reminding.choose", alone=True, way=other.value) for other in others))


def _pause(person: Person, now: datetime, *, paused: bool) -> Iterator[CardElement]:
    if paused and person.paused_until is not None:
        yield label(f"Paus till och med {swedish.day(person.paused_until)}")
    else:
        yield label("Vill du ha en paus?")
    yield markdown(WHAT_A_PAUSE_DOES)
    ends = [
        (pause.value, f"{_PAUSES[pause]}, till och med {swedish.day(service.last_day(pause, now))}")
        for pause in PauseLength
    ]
    yield choice_input("pause", "Hur länge?", ends, value=PauseLength.WEEK)
    yield date_input("last", "Eller välj den sista dagen själv", first=swedish.date_of(now))


def _actions(*, paused: bool) -> list[Action]:
    others = button("Kansliets utskick", "news.choose", alone=True)
    if not paused:
        return [button("Pausa", "reminding.pause"), others]
    end, change = button("Ta bort pausen", "reminding.resume", alone=True), button("Ändra pausen", "reminding.pause")
    return [end, change, others]
