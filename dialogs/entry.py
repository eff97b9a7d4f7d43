"""A new entry for the knowledge bank: question → answer → other ways to ask → theme → draft."""

from __future__ import annotations

from bot.bank import entries
from bot.bank.entries import EntryContent
from bot.cards import button, card, heading, plain, text_input
from bot.dialog import Dialog, Step, controls
from bot.faq import kansli_commands
from bot.message import Json, Reply, say
from bot.register.change import Change
from bot.routes import Answers, Role
from bot.turn import Turn


def ask_question(turn: Turn, answers: Answers) -> Json:
    """Ask for the entry's question."""
    return _form(
        "question",
        "Vilken fråga ska svaret gälla?",
        "Skriv den som en medlem skulle ställa den.",
        "Fråga",
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
    return _form(
        "phrasings",
        "Hur kan man fråga annars?",
        hint,
        "Andra sätt att fråga",
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
    return say(card=kansli_commands.form(turn, entry, notice="Sparat som utkast. Läs igenom det och välj Publicera."))


NEW_ENTRY = Dialog(
    name="new_entry",
    steps=(
        Step("question", ask_question, accept_question, question=True),
        Step("answer", ask_answer, accept_answer),
        Step("phrasings", ask_phrasings, accept_phrasings, optional=True, question=True),
        Step("theme", ask_theme, accept_theme, optional=True),
    ),
    finish=finish,
    role=Role.KANSLI,
    title="Det nya svaret",
    unsure="Ska det här stå i det nya svaret, eller frågar du mig?",
    takes="I det nya svaret",
)


def _form(
    step: str,
    title: str,
    hint: str,
    field: str,
    *,
    long: bool = False,
    most: int = 1000,
    skip: bool = False,
    first: bool = False,
) -> Json:
    return card(
        heading(title),
        plain(hint, subtle=True),
        text_input("answer", field, long=long, most=most),
        actions=[
            button("Fortsätt", "dialog.answer", style="positive", step=step),
            *controls(back=not first, skip=step if skip else ""),
        ],
        summary=f"{title} {hint}",
    )
