"""Cards for the kansli and the moderators: the questions that wait, and what can be done about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from microsoft_teams.cards import Action, CardElement

from bot import swedish
from bot.cards import (
    button,
    buttons,
    card,
    choice_input,
    heading,
    label,
    one_line,
    paged,
    plain,
    short,
    small,
    text_input,
)
from bot.message import Json
from bot.questions import lifecycle
from bot.questions.cards import LONGEST, answers, asked, may_write, status
from bot.questions.details import QuestionDetails, Said
from storage.outbox import State
from storage.questions import Question, Status

PAGE = 8
"""How many questions a page shows."""
CHOICES = 10
"""How many answers to choose among: the latest, and the one that solved the question."""


def listing(waiting: Sequence[Question], homes: Mapping[int | None, str], page: int, now: datetime) -> Json:
    """Return a page of waiting questions, oldest first. For a page that does not exist, return the nearest one."""
    on_page = paged(waiting, page, PAGE, "questions.desk")
    title = f"Öppna frågor ({len(waiting)})"
    body: list[CardElement] = [heading(title)]
    if not waiting:
        body.append(plain("Inga frågor väntar på svar.", subtle=True))
    for question in on_page.shown:
        taken = "tagen" if lifecycle.is_claimed(question, now) else "väntar på svar"
        line = f"{homes.get(question.group_id, 'Kansliet')}, {age(question, now)}, {taken}"
        ways = [button("Öppna", "questions.desk_one", question=question.id)]
        ways += [button("Påminn gruppen", "questions.remind", question=question.id)] if question.group_id else []
        body += [plain(short(question.text)), plain(line, subtle=True), buttons(*ways)]
    return card(*body, actions=on_page.turns, summary=title)


def one(shown: QuestionDetails, *, why: str = "", said: str = "", lost: bool = False, misplaced: bool = False) -> Json:
    """Return one question. ``why`` is why it was brought up; ``said`` is what has just been done to it.

    ``lost`` means that its card may be missing in the channel, ``misplaced`` that it may belong to another group.
    """
    question = shown.question
    return card(
        heading(why or f"Fråga till {shown.home}"),
        *([plain(said)] if said else []),
        *asked(shown),
        plain(f"{shown.home[:1].upper()}{shown.home[1:]}. {status(shown)}", subtle=True),
        *answers(shown.answers[-3:], len(shown.answers)),
        actions=[*_what_can_be_done(shown, lost=lost, misplaced=misplaced), _list_button()],
        summary=f"{why or 'Öppen fråga'}: {one_line(question.text)}",
    )


def current(shown: QuestionDetails) -> Json:
    """Return the card that takes the place of an earlier one: what can be done while it waits, else how it went."""
    question, many = shown.question, len(shown.answers)
    match question.status:
        case Status.OPEN:
            return one(shown)
        case Status.ANSWERED:
            title = "Frågan har fått svar" if many == 1 else f"Frågan har fått {many} svar"
        case Status.SOLVED:
            title = "Frågan är löst"
        case Status.CLOSED:
            title = "Frågan är stängd"
        case _:
            return _only("Den som frågade har dragit tillbaka frågan.")
    more = [] if question.over else [button("Visa frågan", "questions.desk_one", question=question.id)]
    return card(
        heading(title),
        *asked(shown),
        plain(f"{shown.home[:1].upper()}{shown.home[1:]}. {status(shown)}", subtle=True),
        *answers(shown.answers[-3:], many),
        actions=[*more, _list_button()],
        summary=f"{title}: {one_line(question.text)}",
    )


def elsewhere(shown: QuestionDetails) -> Json:
    """Return the card for people who do not look after the question any more."""
    return _only(f"Frågan ligger hos {shown.home} nu.")


def _only(text: str) -> Json:
    return card(plain(text), actions=[_list_button()], summary=text)


def missing(shown: QuestionDetails, state: str) -> str:
    """Return words for a card that ended in ``state`` and may be missing in the channel."""
    if shown.group is not None and shown.group.conversation_id is None:
        return f"Kanalen för {shown.home} finns inte längre"
    if state == State.SENT:
        return f"Frågan står inte i den kanal som {shown.home} hör till nu"
    perhaps = "kanske " if state == State.UNCERTAIN else ""
    return f"Frågan kom {perhaps}inte fram till {shown.home}"


def answer_form(shown: QuestionDetails, *, pasted: bool, contact: bool = False) -> Json:
    """Return the form for an answer: one that the person writes, or one pasted from the thread.

    ``contact``: we know the person's mail address.
    """
    title = "Klistra in svaret från tråden" if pasted else "Skriv ditt svar"
    label = "Svaret från tråden" if pasted else "Ditt svar"
    hint = (
        "Ta med vem som svarade och från vilken kommun, om det står i tråden."
        if pasted
        else "Den som frågade får ditt svar tillsammans med ditt namn."
    )
    return card(
        heading(title),
        *asked(shown),
        text_input("answer", label, long=True, required="Skriv svaret i rutan.", most=lifecycle.LONGEST_ANSWER),
        *may_write(asks=contact and not pasted),
        small(hint),
        actions=[
            button(
                "Skicka svaret", "questions.desk_answer", style="positive", question=shown.question.id, pasted=pasted
            ),
            back(shown.question),
        ],
        summary=title,
    )


def close_form(shown: QuestionDetails) -> Json:
    """Return the form for the reason to close a question."""
    return card(
        heading("Stäng frågan"),
        *asked(shown),
        text_input(
            "reason",
            "Varför stänger du frågan?",
            long=True,
            required="Skriv varför.",
            most=lifecycle.LONGEST_REASON,
        ),
        small("Den som frågade läser det du skriver."),
        actions=[
            button("Stäng frågan", "questions.close", style="destructive", question=shown.question.id),
            back(shown.question),
        ],
        summary="Stäng frågan",
    )


def back(question: Question) -> Action:
    """Return the button from a form back to the question."""
    return button("Tillbaka", "questions.desk_one", alone=True, question=question.id)


def age(question: Question, now: datetime) -> str:
    """Return how old the question is, in calendar days."""
    days = (swedish.date_of(now) - swedish.date_of(question.asked_at)).days
    return f"{swedish.count(days, 'dag', 'dagar')} gammal" if days else "ställd i dag"


def _what_can_be_done(shown: QuestionDetails, *, lost: bool, misplaced: bool) -> list[Action]:
    question = shown.question
    rows: Json = {"question": question.id}
    if question.over:
        return []
    lost = lost and shown.group is not None and shown.group.conversation_id is not None
    actions = [button("Lägg ut igen", "questions.repost", **rows)] if lost else []
    misplaced = misplaced and question.status == Status.OPEN
    move = button("Flytta", "questions.move_form", style="positive" if misplaced else None, **rows)
    actions += [move] if misplaced else []
    actions += [
        button("Besvara", "questions.desk_form", style=None if misplaced else "positive", **rows),
        *([] if question.is_errand else [button("Besvarad i tråden", "questions.paste_form", **rows)]),
    ]
    if question.status == Status.OPEN:
        actions += [] if misplaced or question.is_errand else [move]
        actions += [button("Påminn", "questions.remind", **rows)] if shown.group is not None and not lost else []
    if question.status != Status.SOLVED:
        actions.append(button("Stäng med orsak", "questions.close_form", **rows))
    return actions


def _list_button() -> Action:
    return button("Öppna frågor", "questions.desk", page=0)


def to_faq(shown: QuestionDetails) -> Json:
    """Return a solved question with the answer that solved it. If there are more answers, let the kansli choose."""
    question = shown.question
    solving = next((each for each in shown.answers if each.answer.solved), None)
    body: list[CardElement] = [heading("En fråga är löst. Ska den bli FAQ?"), *asked(shown)]
    if solving is not None:
        body += [label("Svaret som löste den"), plain(short(solving.answer.text, LONGEST))]
        body.append(plain(solving.who, subtle=True))
    if len(shown.answers) > 1:
        choices = [each for each in shown.answers if each is solving or each in shown.answers[-CHOICES:]]
        value = str(solving.answer.id) if solving else ""
        body.append(
            choice_input("answer", "Vilket svar ska bli FAQ?", [_choice(each) for each in choices], value=value)
        )
    body.append(small("Jag tar bort namn, och kommunen ur frågan, och visar vad. Inget publiceras innan du valt det."))
    return card(
        *body,
        actions=[
            button("Gör till FAQ", "faq.from_question", style="positive", question=question.id),
            button("Inte nu", "questions.not_now", question=question.id),
        ],
        summary=f"En fråga är löst. Ska den bli FAQ? {one_line(question.text)}",
    )


def not_now(question: Question) -> Json:
    """Return the card after *Inte nu*."""
    text = "Okej. Frågan ligger kvar under Lösta frågor. Skriv kunskapsluckor när du vill ta upp den igen."
    return card(
        plain(f"”{one_line(question.text)}”", subtle=True),
        plain(text),
        actions=[
            button("Visa frågan igen", "questions.to_faq", question=question.id),
            button("Lösta frågor", "faq.solved", page=0),
        ],
        summary=text,
    )


def _choice(response: Said) -> tuple[str, str]:
    return str(response.answer.id), one_line(f"{response.who}: {response.answer.text}", 120)
