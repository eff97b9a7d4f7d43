"""The card with prepared decisions, and how it reads as a mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from microsoft_teams.cards import CardElement

from bot import swedish
from bot.agenda.week import MOST
from bot.cards import button, buttons, card, escape, heading, label, one_line, plain, small
from bot.desk import PreparedDecision
from bot.message import Json
from storage.agenda import AgendaChoice
from storage.outgoing import AsMail

TITLE = "Veckans beslut"
FOUR = 2
"""Other ways with which a decision has four buttons. They stand in two rows, because a phone cuts off a row of four."""
_HOW = (
    "Det du väljer gäller direkt, eller öppnar ett formulär. **Hoppa över** döljer i fyra veckor, eller tills något "
    "ändras."
)


def decisions(
    waiting: Sequence[PreparedDecision],
    done: Sequence[AgendaChoice] = (),
    names: Mapping[int, str] | None = None,
    *,
    note: str = "",
    week: str = "",
) -> Json:
    """Return the card. ``done`` are choices to show on it, with the ``names`` of the people who made them.

    ``week`` is empty for the card of the command. The week's own card has at most seven decisions in all, taken ones
    included, so that it comes to an end.
    """
    shown = waiting[: max(0, MOST - len(done))]
    left = len(waiting) - len(shown)
    taken = [choice for choice in done if choice.outcome]
    put_off = len(done) - len(taken)
    told = note in {choice.outcome for choice in taken}
    body: list[CardElement] = [heading(TITLE), *([plain(note)] if note and not told else [])]
    body += [small(f"**Klart:** {escape(choice.outcome)}{_by(choice, names or {})}") for choice in taken]
    body += [small(f"{swedish.count(put_off, 'beslut uppskjutet', 'beslut uppskjutna')}.")] if put_off else []
    if shown:
        body.append(small(_HOW))
    else:
        body.append(plain("Inget mer väntar på beslut just nu." if done or note else "Inget väntar på beslut just nu."))
    for decision in shown:
        body += _decision(decision, week)
    if left:
        body.append(small(f"{left} till väntar. Skriv **veckans beslut** när de här är klara."))
    titles = ". ".join(decision.title for decision in shown)
    return card(*body, summary=one_line(f"{TITLE}: {len(shown)} väntar. {titles}", 500))


def by_mail(waiting: Sequence[PreparedDecision]) -> AsMail:
    """Return the card as a mail."""
    shown = waiting[:MOST]
    lines = "\n".join(f"- **{escape(decision.title)}** {escape(decision.effect)}" for decision in shown)
    return AsMail(
        subject=f"Veckans beslut för kansliet: {swedish.count(len(shown), 'beslut', 'beslut')}",
        text=f"Det här väntar på beslut:\n\n{lines}\n\nSkriv **veckans beslut** till mig i Teams, så gör du det där.",
        why="Du får mejlet för att du arbetar på kansliet.",
    )


def gone() -> Json:
    """Return the card for a person who has lost the kansli role."""
    text = "Den här listan är bara för kansliet."
    return card(plain(text), summary=text)


def _decision(decision: PreparedDecision, week: str) -> list[CardElement]:
    verb: Json = {"decision": decision.key, "week": week}
    act = (
        button(decision.label, "agenda.do", style="positive", **verb)
        if decision.do is not None
        else button(decision.label, "agenda.open", **verb)
    )
    others = [
        button(way.label, "agenda.do" if way.do is not None else "agenda.open", way=name, **verb)
        for name, way in decision.others.items()
    ]
    skip = button("Hoppa över", "agenda.skip", **verb)
    rows = (
        [buttons(act, *others, skip)] if len(others) < FOUR else [buttons(act, others[0]), buttons(*others[1:], skip)]
    )
    return [label(decision.title), plain(decision.effect, subtle=True), *rows]


def _by(choice: AgendaChoice, names: Mapping[int, str]) -> str:
    name = names.get(choice.by_id or 0)
    return f" ({escape(name)})" if name else ""
