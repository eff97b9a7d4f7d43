"""The cards about messages to come, as the kansli sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from microsoft_teams.cards import Action, CardElement

from bot import charts
from bot.cards import button, buttons, card, heading, label, one_line, paged, plain, row, small
from bot.charts import Series
from bot.forecast import words
from bot.forecast.causes import DAYS, Cause
from bot.forecast.sendings import Sending
from bot.forecast.stops import Stop
from bot.message import Json
from bot.swedish import count

ON_PAGE = 8
LONGEST_TEXT = 300
"""Characters: the longest title of an event or an announcement is 200, and the line also says when."""
FEWEST_DAYS = 3
"""The fewest days that a chart compares."""
HONEST = (
    "Räknat just nu av samma kod som skickar, om inget mer händer: ett svar, en ändring eller en ny anmälan ändrar "
    "listan. Tiderna stämmer på minuten, men ett utskick till många tar några minuter. Det som gäller kortare "
    "än ett dygn och inte följer ett datum kan saknas. Ändringar av kort som redan är skickade är inte med."
)


def overview(found: Sequence[Cause], stopped: Sequence[Stop], page: int, notice: str = "") -> Json:
    """Return the causes by day, what was stopped, and how exact it is."""
    sendings = [sending for cause in found for sending in cause.sendings]
    text = f"De närmaste {DAYS} dagarna skickar jag "
    text += count(len(sendings), "meddelande", "meddelanden") if sendings else "ingenting"
    text += f" till {words.to_whom(sendings)}." if sendings else " av mig själv, om inget mer händer."
    shown = paged(found, page, ON_PAGE, "forecast.show")
    body: list[CardElement] = [heading("Kommande utskick"), *([plain(notice)] if notice else []), plain(text)]
    if not shown.number:
        body += _chart(sendings)
    before = ""
    for cause in shown.shown:
        if (today := words.day(cause.sendings[0])) != before:
            body.append(label(today))
        before = today
        body.append(row(_line(cause), "forecast.open", **_named(cause)))
    body += [small(shown.place)] if shown.last else []
    for stop in stopped:
        body += [label("Stoppat"), plain(f"{stop.what}.{f' Stoppat av {stop.by}.' if stop.by else ''}")]
        body.append(buttons(button("Ångra", "forecast.undo", stop=stop.name)))
    if sendings:
        body.append(small(HONEST))
    return card(*body, actions=shown.turns, summary=text)


def details(cause: Cause, texts: Mapping[str, str], page: int) -> Json:
    """Return the messages of a cause: when, to whom, by which way and why. ``texts`` is what they say, by key."""
    known = _named(cause)
    shown = paged(cause.sendings, page, ON_PAGE, "forecast.open", **known)
    stoppable = {sending.key for sending in cause.stoppable}
    body: list[CardElement] = [
        heading(cause.title),
        plain(f"{words.day(cause.sendings[0])}, {_sum(cause)}.".capitalize()),
    ]
    body += [plain(f"{line}.") for line in words.routes(cause.sendings)]
    before = ""
    for sending in shown.shown:
        body.append(label(f"{words.clock(sending)} {_name(sending)}"))
        body.append(small(_way(sending)))
        if (said := one_line(texts.get(sending.key, ""), LONGEST_TEXT)) and said != before:
            body.append(plain(said, subtle=True))
            before = said
        if sending.key in stoppable and len(cause.sendings) > 1:
            body.append(buttons(button("Stoppa", "forecast.ask_stop", send=sending.key, **known)))
    body += [small(shown.place)] if shown.last else []
    if not stoppable and not cause.scheduled:
        body.append(small("Det här stoppas inte: det svarar på något som en medlem har gjort."))
    actions: list[Action] = [*shown.turns]
    actions += [button("Öppna utskicket", "announcements.open", announcement=each) for each in cause.scheduled[:2]]
    if stoppable:
        actions.append(button("Stoppa" if len(stoppable) == 1 else "Stoppa alla", "forecast.ask_stop", **known))
    return card(*body, actions=[*actions, button("Tillbaka", "forecast.show")], summary=f"{cause.title}: {_sum(cause)}")


def ask_stop(cause: Cause, chosen: Sequence[Sending], *, one: bool) -> Json:
    """Ask before messages are stopped."""
    known: dict[str, Any] = {**_named(cause), **({"send": chosen[0].key} if one else {})}
    number = count(len(chosen), "meddelande", "meddelanden")
    text = f"{cause.title}, {words.day(chosen[0])}: {number} till {words.to_whom(chosen)} skickas inte."
    after = (
        "Mejl som följer på ett stoppat meddelande går inte heller. Senare påminnelser om samma sak går ändå. "
        "Du kan ångra dig ända tills det skulle ha gått."
    )
    return card(
        heading("Stoppa?"),
        plain(text),
        plain(after),
        actions=[
            button("Ja, stoppa", "forecast.stop", style="destructive", **known),
            button("Nej", "forecast.open", **_named(cause)),
        ],
        summary=f"Stoppa? {text}",
    )


def _chart(sendings: Sequence[Sending]) -> list[CardElement]:
    days = {sending.day: f"{sending.day.day}/{sending.day.month}" for sending in sendings}
    if len(days) < FEWEST_DAYS:
        return []
    numbers = [sum(sending.day == day for sending in sendings) for day in days]
    most = max(range(len(numbers)), key=numbers.__getitem__)
    summary = f"Flest går {list(days.values())[most]}: {count(numbers[most], 'meddelande', 'meddelanden')}."
    return [charts.columns("Per dag", "meddelanden", list(days.values()), [Series("", numbers)], summary=summary)]


def _line(cause: Cause) -> str:
    return f"{words.clock(cause.sendings[0])} {cause.title}: {_sum(cause)}"


def _sum(cause: Cause) -> str:
    return f"{count(len(cause.sendings), 'meddelande', 'meddelanden')} till {words.to_whom(cause.sendings)}"


def _name(sending: Sending) -> str:
    return sending.person.called if sending.person is not None else words.PLACES[sending.way]


def _way(sending: Sending) -> str:
    pause = ", efter pausen" if sending.paused else ""
    return f"{words.WAYS[sending.way]} ({words.REASONS[sending.reason]}{pause})".capitalize()


def _named(cause: Cause) -> dict[str, Any]:
    return {"day": cause.day.isoformat(), "kind": cause.kind}
