"""The mails that go along with what matching says in the chat."""

from __future__ import annotations

from datetime import date

from bot.matches.matching import MatchPerson
from bot.matches.views import PairView, weekday
from bot.register.words import capital
from storage.outgoing import AsMail

NEWCOMER = "Du får mejlet för att du vill ha en kontaktperson i nätverket."
CONTACT = "Du får mejlet för att du har sagt att du kan vara kontaktperson i nätverket."
MATCHED = "Du får mejlet för att du är med i nätverkets matchning."
WRITE = "Skriv ”min match” till mig i chatten"


def request(newcomer: MatchPerson, until: str) -> AsMail:
    """Ask a contact person whether a newcomer may meet them."""
    return AsMail(
        subject=f"{newcomer.called} vill ha dig som kontaktperson",
        text=f"{newcomer.described}, vill ha dig som kontaktperson. {WRITE} och svara senast {until}.",
        why=CONTACT,
        quote=newcomer.wrestles,
    )


def matched(view: PairView) -> AsMail:
    """Introduce people to each other."""
    where = f"Skriv till varandra här: {view.link}" if view.link else "Sök på namnet i Teams."
    described = ". ".join(other.described for other in view.others)
    return AsMail(
        subject=f"{capital(view.you_and_they)} är matchade",
        text=f"{described}.\n\n{where}\n\n{WRITE}, så ser du hur ni kan börja.",
        why=MATCHED,
    )


def offered(number: int) -> AsMail:
    """Say that there are contact persons to choose from."""
    text = "Det finns en kontaktperson" if number == 1 else f"Det finns {number} kontaktpersoner"
    return AsMail(
        subject=f"{text} att välja",
        text=f"{text} som passar dig. {WRITE} och tryck på Visa förslag, så ser du vilka och varför.",
        why=NEWCOMER,
    )


def chosen(view: PairView, meets_on: date) -> AsMail:
    """Tell or remind people of the day they meet."""
    return AsMail(
        subject=f"{capital(view.you_and_they)} hörs {weekday(meets_on)}",
        text=f"{capital(view.you_and_they)} hörs {weekday(meets_on)}. {WRITE} om du vill välja en annan dag.",
        why=MATCHED,
    )


def ask_met(view: PairView) -> AsMail:
    """Ask whether they met."""
    text = f"Har {view.you_and_they} träffats?"
    return AsMail(subject=text, text=f"{text} {WRITE} och öppna matchningen, så kan du svara.", why=MATCHED)


def told(title: str, text: str) -> AsMail:
    """Tell a person what has become of a request or a match."""
    return AsMail(subject=title, text=f"{text} {WRITE}, så ser du hur du går vidare.", why=MATCHED)
