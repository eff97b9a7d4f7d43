"""What the kansli sees of a solved question that could become an entry of the knowledge bank."""

from __future__ import annotations

from microsoft_teams.cards import CardElement

from bot.cards import button, card, choice_input, heading, label, one_line, plain, short, small
from bot.questions.cards import LONGEST, asked
from bot.questions.picture import Picture, Said
from bot.turn import Json
from storage.questions import Question

CHOICES = 10
"""Answers to choose among: the latest, and the one that solved it."""


def to_faq(picture: Picture) -> Json:
    """The question and the answer that solved it. Of several answers the kansli may take another one."""
    question = picture.question
    solving = next((one for one in picture.answers if one.answer.solved), None)
    body: list[CardElement] = [heading("En fråga är löst. Ska den bli FAQ?"), *asked(picture)]
    if solving is not None:
        body += [label("Svaret som löste den"), plain(short(solving.answer.text, LONGEST))]
        body.append(plain(solving.who, subtle=True))
    if len(picture.answers) > 1:
        shown = [one for one in picture.answers if one is solving or one in picture.answers[-CHOICES:]]
        value = str(solving.answer.id) if solving else ""
        body.append(choice_input("answer", "Vilket svar ska bli FAQ?", [_choice(one) for one in shown], value=value))
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
    """After *Inte nu*."""
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


def _choice(one: Said) -> tuple[str, str]:
    return str(one.answer.id), one_line(f"{one.who}: {one.answer.text}", 120)
