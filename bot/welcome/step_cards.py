"""The timed steps as cards and as mails, and the answers to "hur går det?"."""

from __future__ import annotations

from collections.abc import Iterator

from microsoft_teams.cards import Action, CardElement

from bot.cards import button, buttons, card, escape, heading, label, markdown, plain, row, small, text_input, web_link
from bot.message import Json
from bot.schedule.times import span_of, written
from bot.swedish import count, day
from bot.welcome import steps
from bot.welcome.steps import Counterpart, Current, PlaceFacts
from storage.duties import Duty
from storage.events import Event
from storage.outgoing import AsMail

EXAMPLES = {"Bli medlem": "Vad krävs för att vara medlem?", "Gröna nyckeltal": "Vad är gröna nyckeltal?"}
"""Example questions by the button's title. The starting bank has confirmed answers to them."""
BEST = 5
ENDS = {1: "1 – inte alls", BEST: "5 – mycket bra"}
"""The titles of the buttons at the ends of the scale. Those between have only their number."""
LONGEST_COMMENT = 500
WHY = "Du får mejlet för att du är ny i Sveriges Ekokommuner."
TRY_TITLE, ASK_TITLE = "Prova att fråga", "Hur går det?"
LINES = {
    steps.CHECK_INS[0]: "Du har varit med i en månad. Hur bra går det att få hjälp av nätverket?",
    steps.CHECK_INS[1]: "Du har varit med i tre månader. Hur bra går det att få hjälp av nätverket?",
}


def try_asking(now_on: Current) -> Json:
    """Return the card of day 3: what to try, and what is on."""
    body: list[CardElement] = [
        heading(TRY_TITLE),
        markdown("Skriv till mig som du skulle fråga en kollega. Vet jag inte, frågar jag kollegorna åt dig. Prova:"),
        buttons(*(button(title, "faq.ask", text=question) for title, question in EXAMPLES.items())),
    ]
    if now_on.events:
        body.append(label("På gång"))
        body += [row(_event(event), "event.open", event=event.id) for event in now_on.events]
    if now_on.waiting:
        body.append(label("Frågor som väntar på svar"))
        body += [plain(_waiting(name, number)) for name, number in now_on.waiting]
    if now_on.links:
        body.append(label("Bra att läsa"))
        body.append(markdown(_links(now_on)))
    actions = [button("Informationspaketet", "welcome.pack")]
    if not now_on.begun:
        body.append(small("Du har inte gått igenom introduktionen än. Den tar två minuter."))
        actions.insert(0, button("Kom igång", "onboarding.start", style="positive"))
    return card(*body, actions=actions, summary=f"{TRY_TITLE}. Skriv till mig som du skulle fråga en kollega.")


def try_asking_mail(now_on: Current) -> AsMail:
    """Return the same as a mail."""
    examples = "\n".join(f"- {question}" for question in EXAMPLES.values())
    parts = [f"Skriv en fråga till mig i Teams som du skulle fråga en kollega, till exempel:\n\n{examples}"]
    if now_on.events:
        parts.append("\n".join(["**På gång**", "", *(f"- {escape(_event(event))}" for event in now_on.events)]))
    if now_on.links:
        parts.append(f"**Bra att läsa**\n\n{_links(now_on)}")
    if not now_on.begun:
        parts.append("Skriv **kom igång** till mig i Teams för introduktionen. Den tar två minuter.")
    return AsMail("Prova att fråga SEKOM-boten", "\n\n".join(parts), WHY)


def place(shown: PlaceFacts) -> Json:
    """Return the card of day 14: what the municipality does this year, and whom to ask."""
    if shown.town is None:
        text = (
            "Säg vilken kommun du arbetar för, så visar jag vad kommunen gör i nätverket i år och vilka du kan fråga."
        )
        title = "Vilken kommun arbetar du för?"
        return card(heading(title), markdown(text), actions=[button("Min kommun", "people.mine")], summary=title)
    title = f"Så är {shown.town.full_name} med i år"
    body: list[CardElement] = [heading(title), label("Kvar att göra")]
    body += [row(_duty(duty), "duties.open", duty=duty.id) for duty, _ in shown.duties]
    if not shown.duties:
        body.append(plain("Allt för i år är klart, eller så har kansliet inte lagt upp något än."))
    if shown.counterparts:
        body.append(label(_near(shown)))
        body += [plain(_person(counterpart)) for counterpart in shown.counterparts]
    actions = [button("Att göra", "duties.show"), button("Min kommun", "people.mine")]
    return card(*body, actions=actions, summary=f"{title}: {count(len(shown.duties), 'uppgift', 'uppgifter')} kvar")


def place_mail(shown: PlaceFacts) -> AsMail:
    """Return the same as a mail."""
    if shown.town is None:
        text = "Skriv **min kommun** till mig i Teams. Då kan jag visa vad kommunen gör i nätverket i år."
        return AsMail("Vilken kommun arbetar du för?", text, WHY)
    lines = [f"- {escape(_duty(duty))}" for duty, _ in shown.duties] or ["- Inget just nu."]
    parts = ["**Kvar att göra**\n\n" + "\n".join(lines)]
    if shown.counterparts:
        people = "\n".join(f"- {escape(_person(counterpart))}" for counterpart in shown.counterparts)
        parts.append(f"**{_near(shown)}**\n\n{people}")
    parts.append("Skriv **att göra** till mig i Teams för att se mer.")
    return AsMail(f"Så är {shown.town.full_name} med i år", "\n\n".join(parts), WHY)


def ask(on_day: int) -> Json:
    """Return the question how it goes, with one press as the answer and room for a line."""
    scale = [button(ENDS.get(stars, str(stars)), "welcome.answer", day=on_day, stars=stars) for stars in _scale()]
    return card(
        heading(ASK_TITLE),
        markdown(f"{LINES[on_day]} Tryck på en siffra. Kansliet ser svaret, ingen annan."),
        text_input("comment", "Vill du säga något mer? (frivilligt)", most=LONGEST_COMMENT, long=True),
        buttons(*scale),
        summary=f"{ASK_TITLE} {LINES[on_day]}",
    )


def ask_mail(on_day: int) -> AsMail:
    """Return the same as a mail, whose answer is given in the chat."""
    text = f"{LINES[on_day]}\n\nSkriv **så går det** till mig i Teams och tryck på en siffra, eller svara på mejlet."
    return AsMail(f"{ASK_TITLE} Säg det med en siffra", text, WHY)


def answered(stars: int, comment: str, *, low: bool, on_day: int) -> Json:
    """Return the thanks, with a way to change the answer."""
    text = (
        "Tack för att du säger det. Kansliet ser ditt svar och kan höra av sig." if low else "Tack för att du svarade!"
    )
    body: list[CardElement] = [heading(text), plain(f"Ditt svar: {stars} av {BEST}.")]
    body += [plain(comment, subtle=True)] if comment else []
    ways: list[Action] = [button("Ändra svaret", "welcome.check_in", day=on_day)]
    ways.append(button("Ställ en fråga till kollegor", "questions.start", alone=True))
    return card(*body, actions=ways, summary=f"{text} Ditt svar: {stars} av {BEST}.")


def _scale() -> Iterator[int]:
    return iter(range(1, BEST + 1))


def _event(event: Event) -> str:
    when = written(span_of(event.starts_at, event.ends_at))
    return f"{event.title}, {when}"


def _waiting(name: str, number: int) -> str:
    return f"{name}: {count(number, 'fråga', 'frågor')} i kanalen"


def _links(now_on: Current) -> str:
    return "\n".join(f"- {web_link(link.title, link.url)}" for link in now_on.links)


def _duty(duty: Duty) -> str:
    return f"{duty.title}, senast {day(duty.due)}" if duty.due else f"{duty.title}, datum inte satt"


def _near(shown: PlaceFacts) -> str:
    return "Kollegor i kommuner av samma storlek" if shown.size_group else "Andra från din kommun"


def _person(counterpart: Counterpart) -> str:
    return f"{counterpart.person.called}, {steps.seat_name(counterpart)}"
