"""A new entry for the knowledge bank: question → answer → other ways to ask → theme → draft.

Begun from a gap, it is filled in with how members asked: ``_gap`` names those questions in the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from bot.cards import button, card, heading, plain, text_input
from bot.dialog import Dialog, Step, controls
from bot.faq import entries, gap_cards, gaps, kansli_cards
from bot.faq.entries import EntryContent
from bot.message import Json, Reply, say
from bot.register.change import Change
from bot.routes import Answers, Role
from bot.turn import Turn
from bot.wording import generalisation
from bot.wording.generalisation import General
from storage import faq_growth


def ask_question(turn: Turn, answers: Answers) -> Json:
    """Which question."""
    asked = _asked(turn, answers)[:1]
    return _form(
        "question",
        "Vilken fråga ska svaret gälla?",
        "Skriv den som en medlem skulle ställa den.",
        "Fråga",
        value=generalisation.as_question(asked[0].text, entries.LONGEST_QUESTION) if asked else "",
        removed=asked[0].removed if asked else (),
        most=entries.LONGEST_QUESTION,
        first=True,
    )


def accept_question(turn: Turn, answers: Answers, said: str) -> str:
    """The question on one line."""
    return entries.checked_question(said)


def ask_answer(turn: Turn, answers: Answers) -> Json:
    """What to answer."""
    hint = "Börja med det viktigaste. Skriv du, och korta meningar. Länkar skriver du som [text](https://…)."
    return _form("answer", str(answers["question"]), hint, "Svar", long=True, most=entries.LONGEST_ANSWER)


def accept_answer(turn: Turn, answers: Answers, said: str) -> str:
    """The answer in Markdown."""
    return entries.checked_answer(said)


def ask_phrasings(turn: Turn, answers: Answers) -> Json:
    """Other ways to ask the same."""
    hint = "Ett på varje rad, gärna med medlemmarnas egna ord och stavning. Det hjälper mig mest att hitta rätt."
    asked = _fitting(_asked(turn, answers)[: entries.MOST_PHRASINGS])
    return _form(
        "phrasings",
        "Hur kan man fråga annars?",
        f"{hint} Det som står här har medlemmar skrivit." if asked else hint,
        "Andra sätt att fråga",
        value="\n".join(one.text for one in asked),
        removed=tuple(dict.fromkeys(gone for one in asked for gone in one.removed)),
        most=entries.LONGEST_ANSWER,
        long=True,
        skip=True,
    )


def accept_phrasings(turn: Turn, answers: Answers, said: str) -> list[str]:
    """The phrasings, each once."""
    return list(entries.checked_phrasings(said))


def ask_theme(turn: Turn, answers: Answers) -> Json:
    """The theme."""
    return _form(
        "theme", "Vilket tema hör frågan till?", "Ett ord, till exempel medlemskap eller vatten.", "Tema", skip=True
    )


def accept_theme(turn: Turn, answers: Answers, said: str) -> str:
    """The theme in lower case."""
    return " ".join(said.casefold().split())[:60]


def finish(turn: Turn, answers: Answers) -> Reply:
    """Make the draft and show its form, from where it is published."""
    content = EntryContent(
        question=answers["question"],
        answer=answers["answer"],
        phrasings=tuple(answers["phrasings"] or ()),
        theme=answers["theme"] or "",
    )
    entry = entries.create(Change.of(turn), content)
    turn.session.flush()
    rows = gaps.of_gap(turn, answers.get("_gap") or ())
    faq_growth.answer_gaps(turn.session, gaps.digests(rows), entry.id, turn.now)
    return say(card=kansli_cards.form(entry, notice="Sparat som utkast. Läs igenom det och välj Publicera."))


NEW_ENTRY = Dialog(
    name="new_entry",
    steps=(
        Step("question", ask_question, accept_question),
        Step("answer", ask_answer, accept_answer),
        Step("phrasings", ask_phrasings, accept_phrasings, optional=True),
        Step("theme", ask_theme, accept_theme, optional=True),
    ),
    finish=finish,
    role=Role.KANSLI,
)


def _asked(turn: Turn, answers: Answers) -> list[General]:
    """How members asked, what was asked most often first; empty where the dialog was not begun from a gap."""
    rows = gaps.of_gap(turn, answers.get("_gap") or ())
    return gaps.phrased(turn.session, [row.text for row in rows])


def _fitting(asked: Sequence[General]) -> Sequence[General]:
    """As many as the form's field takes."""
    lengths = accumulate(len(one.text) + 1 for one in asked)
    return [one for one, length in zip(asked, lengths, strict=True) if length <= entries.LONGEST_ANSWER]


def _form(
    step: str,
    title: str,
    hint: str,
    field: str,
    *,
    value: str = "",
    removed: Sequence[str] = (),
    long: bool = False,
    most: int = 1000,
    skip: bool = False,
    first: bool = False,
) -> Json:
    return card(
        heading(title),
        plain(hint, subtle=True),
        *([plain(gap_cards.taken_out(removed))] if removed else []),
        text_input("answer", field, value=value, long=long, most=most),
        actions=[
            button("Fortsätt", "dialog.answer", style="positive", step=step),
            *controls(back=not first, skip=step if skip else ""),
        ],
        summary=f"{title} {hint}",
    )
