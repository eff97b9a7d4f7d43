"""A new entry for the knowledge bank: question → answer → other ways to ask → theme → draft.

If it starts from a gap, the fields are filled with members' own wordings. ``_gap`` names those questions in the log.
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
    """Ask for the entry's question."""
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


def accept_question(turn: Turn, answers: Answers, text: str) -> str:
    """Return the question as one line."""
    return entries.checked_question(text)


def ask_answer(turn: Turn, answers: Answers) -> Json:
    """Ask for the answer."""
    hint = "Börja med det viktigaste. Skriv du, och korta meningar. Länkar skriver du som [text](https://…)."
    return _form("answer", str(answers["question"]), hint, "Svar", long=True, most=entries.LONGEST_ANSWER)


def accept_answer(turn: Turn, answers: Answers, text: str) -> str:
    """Return the answer in Markdown."""
    return entries.checked_answer(text)


def ask_phrasings(turn: Turn, answers: Answers) -> Json:
    """Ask for other wordings of the question."""
    hint = "Ett på varje rad, gärna med medlemmarnas egna ord och stavning. Det hjälper mig mest att hitta rätt."
    asked = _fitting(_asked(turn, answers)[: entries.MOST_PHRASINGS])
    return _form(
        "phrasings",
        "Hur kan man fråga annars?",
        f"{hint} Det som står här har medlemmar skrivit." if asked else hint,
        "Andra sätt att fråga",
        value="\n".join(general.text for general in asked),
        removed=tuple(dict.fromkeys(gone for general in asked for gone in general.removed)),
        most=entries.LONGEST_ANSWER,
        long=True,
        skip=True,
    )


def accept_phrasings(turn: Turn, answers: Answers, text: str) -> list[str]:
    """Return the phrasings without repetitions."""
    return list(entries.checked_phrasings(text))


def ask_theme(turn: Turn, answers: Answers) -> Json:
    """Ask for the theme."""
    return _form(
        "theme", "Vilket tema hör frågan till?", "Ett ord, till exempel medlemskap eller vatten.", "Tema", skip=True
    )


def accept_theme(turn: Turn, answers: Answers, text: str) -> str:
    """Return the theme in lower case, at most 60 characters."""
    return " ".join(text.casefold().split())[:60]


def finish(turn: Turn, answers: Answers) -> Reply:
    """Store the draft and show its form, which has the button to publish it."""
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
    title="Det nya svaret",
    unsure="Ska det här stå i det nya svaret, eller frågar du mig?",
    takes="I det nya svaret",
)


def _asked(turn: Turn, answers: Answers) -> list[General]:
    """Return members' wordings, the most frequent first. Return none if the dialog did not start from a gap."""
    rows = gaps.of_gap(turn, answers.get("_gap") or ())
    return gaps.phrased(turn.session, [row.text for row in rows])


def _fitting(asked: Sequence[General]) -> Sequence[General]:
    """Return the first wordings that fit in the form's field."""
    lengths = accumulate(len(general.text) + 1 for general in asked)
    return [general for general, length in zip(asked, lengths, strict=True) if length <= entries.LONGEST_ANSWER]


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
