"""What the kansli sees of new members: how many are where, each list, and a low answer with a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from microsoft_teams.cards import Action, CardElement

from bot import charts
from bot.cards import button, buttons, card, caution, heading, label, paged, plain, row, small, text_input
from bot.charts import Series
from bot.message import Json
from bot.swedish import MONTHS, count, day
from bot.welcome.overview import MonthTally, NewcomerLine, Stage
from storage.check_ins import CheckIn
from storage.outgoing import AsMail
from storage.people import Person

ON_PAGE = 8
MOST_LOW = 5
"""How many low answers the overview names, the oldest first. The week's decisions have all."""
STUCK = "stuck"
"""The word of the list of people who have fallen behind."""
NAMES = {
    Stage.INVITED: "Inte accepterat inbjudan",
    Stage.UNREACHED: "Välkomsten kom inte fram",
    Stage.WELCOMED: "Välkomnade, inte börjat",
    Stage.STARTED: "Har börjat",
    Stage.DONE: "Klara",
    STUCK: "Står still sedan mer än en vecka",
}


def overview(
    counts: Mapping[Stage, int], stuck: int, months: Sequence[MonthTally], low: Sequence[tuple[CheckIn, Person]]
) -> Json:
    """Return how many are in each stage, those who have fallen behind, low answers, and how many got done by month."""
    title = "Nya medlemmar"
    body: list[CardElement] = [heading(title)]
    if not any(counts.values()):
        body.append(plain("Inga nya medlemmar än. Jag välkomnar dem som kommer med i ett team där jag finns."))
    body += [
        row(f"{NAMES[stage]}: {number}", "welcome.list", stage=stage) for stage, number in counts.items() if number
    ]
    if stuck:
        body.append(row(f"{NAMES[STUCK]}: {stuck}", "welcome.list", stage=STUCK))
    if low:
        body.append(label("Låga svar som väntar"))
        body += [row(_said(answer, person), "welcome.write", check_in=answer.id) for answer, person in low[:MOST_LOW]]
    if months:
        body.append(_chart(months))
    actions = [button("Informationspaketet", "welcome.pack")]
    return card(*body, actions=actions, summary=f"{title}: {sum(counts.values())}")


def listing(stage: str, shown: Sequence[NewcomerLine], page: int, note: str = "") -> Json:
    """Return a page of the people in a stage, or of those who have fallen behind, whom one press reminds."""
    title = NAMES[stage]
    here = paged(shown, page, ON_PAGE, "welcome.list", stage=stage)
    body: list[CardElement] = [heading(title)]
    body += [label(note)] if note else []
    body += [] if shown else [plain("Ingen just nu.")]
    for line in here.shown:
        body.append(plain(_line(line)))
        if stage == STUCK:
            body.append(_nudge(line))
    body += [small(here.place)] if here.last else []
    left = sum(not line.nudged for line in shown)
    all_ = [button(f"Påminn alla ({left})", "welcome.nudge_all", alone=True)] if stage == STUCK and left > 1 else []
    if stage == Stage.UNREACHED and shown:
        all_.append(button("Skicka igen", "welcome.again", alone=True))
    back: list[Action] = [button("Tillbaka", "welcome.desk", alone=True)]
    return card(*body, actions=[*all_, *here.turns, *back], summary=f"{title}: {len(shown)}")


def letter(answer: CheckIn, person: Person) -> Json:
    """Return a low answer, with a form for a message."""
    title = f"{person.called} gav {answer.stars} av 5"
    body: list[CardElement] = [heading(title), small(f"{answer.day} dagar efter starten, {day(answer.at)}.")]
    body.append(plain(answer.comment) if answer.comment else plain("Utan kommentar.", subtle=True))
    body.append(text_input("text", "Skriv till medlemmen", long=True, most=2000))
    body.append(caution("Det kommer som ett meddelande från kansliet, i personens egen chatt."))
    send = button("Skicka", "welcome.send", style="positive", check_in=answer.id)
    aside = button("Klart, skriv inget", "welcome.settle", alone=True, check_in=answer.id)
    return card(*body, actions=[send, aside], summary=title)


def settled(text: str) -> Json:
    """Return what became of a low answer."""
    return card(plain(text), actions=[button("Nya medlemmar", "welcome.desk")], summary=text)


def from_kansli(text: str) -> Json:
    """Return the kansli's message to a member."""
    return card(
        heading("Meddelande från kansliet"),
        plain(text),
        small("Du får det för att du svarade på hur det går. Svara genom att skriva till mig."),
        actions=[button("Fråga kansliet", "questions.to_kansli", bare=True)],
        summary=f"Meddelande från kansliet: {text[:200]}",
    )


def from_kansli_mail(text: str) -> AsMail:
    """Return the same as a mail."""
    return AsMail(
        "Meddelande från kansliet",
        "Kansliet har läst hur det går för dig och skriver:",
        "Du får mejlet för att du svarade på hur det går i nätverket.",
        quote=text,
    )


def reminder() -> Json:
    """Return what a member who has fallen behind is told, once."""
    return card(
        heading("Ska vi fortsätta?"),
        plain("Introduktionen väntar på dig. Den tar två minuter, och du kan hoppa över frågor."),
        actions=[button("Kom igång", "onboarding.start", style="positive")],
        summary="Introduktionen väntar på dig. Skriv kom igång, så tar det två minuter.",
    )


def reminder_mail() -> AsMail:
    """Return the same as a mail."""
    return AsMail(
        "Ska vi fortsätta där du var?",
        "Introduktionen till nätverket väntar på dig. Skriv **kom igång** till mig i Teams, så tar den två minuter.",
        "Du får mejlet en gång, för att kansliet vill att du kommer igång.",
    )


def _chart(months: Sequence[MonthTally]) -> CardElement:
    names = [f"{MONTHS[tally.month.month - 1][:3]} {tally.month.year % 100:02}" for tally in months]
    begun, done = sum(tally.begun for tally in months), sum(tally.done for tally in months)
    series = [Series("Kom", [tally.begun for tally in months]), Series("Klara", [tally.done for tally in months])]
    people = count(begun, "person", "personer")
    summary = f"{people} har kommit sedan {names[0]}, och {done} av dem har gått igenom introduktionen."
    return charts.columns("Nya och klara per månad", "personer", names, series, summary=summary)


def _said(answer: CheckIn, person: Person) -> str:
    return f"{person.called} gav {answer.stars} av 5, {day(answer.at)}"


def _line(line: NewcomerLine) -> str:
    place = f", {line.place}" if line.place else ""
    step = f" {line.step}," if line.step else ""
    no_mail = ", ingen mejladress" if line.stage is Stage.INVITED and not line.person.mail else ""
    return f"{line.person.called}{place}:{step} sedan {day(line.since)}{no_mail}"


def _nudge(line: NewcomerLine) -> CardElement:
    if line.nudged:
        return small("Påmind.")
    return buttons(button("Påminn", "welcome.nudge", alone=True, person=line.person.id))
