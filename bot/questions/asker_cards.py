"""Cards about a question for the asker and its followers, in their own chats."""

from __future__ import annotations

from collections.abc import Sequence

from microsoft_teams.cards import Action, CardElement

from bot import swedish
from bot.cards import (
    button,
    buttons,
    card,
    caution,
    heading,
    label,
    markdown,
    one_line,
    open_link,
    plain,
    short,
    small,
    text_input,
)
from bot.message import Json
from bot.questions import lifecycle
from bot.questions.cards import answers, follow_up, status
from bot.questions.details import QuestionDetails, Said
from storage.questions import Question, Status

CHANNEL_GONE = (
    "Temagruppens kanal finns inte längre, så gruppen ser inte din fråga. Kansliet har fått den och svarar eller "
    "flyttar den till en annan grupp. Du får besked här när det kommer svar."
)


def receipt(shown: QuestionDetails, *, own_chat: bool = True) -> Json:
    """Return the card after *Skicka*. ``own_chat`` says that it stands in the asker's own chat."""
    question = shown.question
    what = "Din fråga är skickad" if shown.group else "Skickat till kansliet"
    where = "här" if own_chat else "i vår egen chatt"
    readers = "" if shown.group else " Bara kansliet läser det du skrev."
    return card(
        heading(what),
        plain(question.text),
        plain(f"Den ligger hos {shown.home}. Jag skriver till dig {where} så fort någon svarar.{readers}"),
        small("Skriv **mina frågor** när du vill se hur det går."),
        actions=[
            button("Dra tillbaka frågan", "questions.withdraw", question=question.id),
            *([button("Mina frågor", "questions.mine")] if own_chat else []),
        ],
        summary=f"Din fråga är skickad till {shown.home}.",
    )


def errand_form(text: str) -> Json:
    """Return the form for a message to the kansli. ``text`` is what was written already."""
    return card(
        heading("Vad vill du säga till kansliet?"),
        text_input(
            "errand",
            "Ditt meddelande",
            value=text,
            long=True,
            required="Skriv vad det gäller.",
            most=lifecycle.LONGEST_QUESTION,
        ),
        small("Bara kansliet läser det, med ditt namn. Svaret kommer till dig i vår egen chatt."),
        actions=[button("Skicka till kansliet", "questions.to_kansli", style="positive")],
        summary="Vad vill du säga till kansliet?",
    )


def answered(shown: QuestionDetails, response: Said, *, own: bool, thread: str = "") -> Json:
    """Return the card that brings an answer, to the asker or to somebody who follows the question.

    ``thread`` is the address of the question's thread, if it has one.
    """
    title = "Du har fått svar" if own else "En fråga du följer har fått svar"
    return card(
        heading(title),
        plain(f"Frågan: {short(shown.question.text)}", subtle=True),
        plain(response.answer.text),
        plain(f"{response.who}, {swedish.day(response.answer.at)}", subtle=True),
        *([small(f"Undrar du något mer? Skriv det här, så skickar jag det till {response.to}.")] if own else []),
        actions=[*_after_answer(shown, response, own=own), *_to_people(response, own=own, thread=thread)],
        summary=f"{title}: {one_line(response.answer.text)}",
    )


def solved(shown: QuestionDetails, response: Said, *, thread: str = "") -> Json:
    """Return the card after *Det löste det*."""
    return card(
        heading("Vad bra!"),
        plain(f"Frågan: {short(shown.question.text)}", subtle=True),
        plain(response.answer.text),
        plain(f"{response.who}. Det löste frågan.", subtle=True),
        actions=[*_after_answer(shown, response, own=True)[1:], *_to_people(response, own=True, thread=thread)],
        summary="Frågan är löst.",
    )


def solved_by_words(shown: QuestionDetails, response: Said) -> Json:
    """Return the card after "tack, det löste sig": what was done, and the way back."""
    gone = response.answer.person_id in (None, shown.question.asker_id)
    told = "" if gone else f" och sagt till {response.who} att svaret hjälpte"
    rows: Json = {"question": response.answer.question_id, "answer": response.answer.id}
    return card(
        heading("Vad bra!"),
        plain(f"Jag har markerat din fråga som löst{told}."),
        plain(f"Frågan: {short(shown.question.text)}", subtle=True),
        plain(short(response.answer.text), subtle=True),
        actions=[button("Ångra", "questions.unsolve", **rows), button("Mina frågor", "questions.mine")],
        summary="Frågan är löst.",
    )


def more_form(question: Question, answer_id: int | None) -> Json:
    """Return the form for what the asker still needs to know."""
    return card(
        heading("Vad undrar du fortfarande över?"),
        plain(question.text),
        text_input(
            "more", "Med dina egna ord", long=True, required="Skriv vad du undrar.", most=lifecycle.LONGEST_QUESTION
        ),
        small("Frågan öppnas igen, och gruppen ser det du skriver."),
        actions=[
            button("Öppna frågan igen", "questions.need_more", style="positive", question=question.id),
            button("Tillbaka", "questions.answer_card", alone=True, question=question.id, answer=answer_id),
        ],
        summary="Vad undrar du fortfarande över?",
    )


def note(title: str, shown: QuestionDetails, text: str, *, mine: bool = True) -> Json:
    """Return the card that tells the asker, a follower or somebody who answered that something has happened."""
    return card(
        heading(title),
        plain(f"Frågan: {short(shown.question.text)}", subtle=True),
        plain(text),
        actions=[button("Mina frågor", "questions.mine")] if mine else [],
        summary=f"{title}. {one_line(shown.question.text)}",
    )


def mine(own: Sequence[Question], followed: Sequence[Question]) -> Json:
    """Return the person's own questions and the ones they follow, each with its status."""
    body: list[CardElement] = [heading("Mina frågor")]
    if not own and not followed:
        body.append(markdown("Du har inga frågor här än. Skriv **fråga kollegor** för att ställa en."))
    for title, questions in (("Du har frågat", own), ("Du följer", followed)):
        if questions:
            body.append(label(title))
        for question in questions:
            body += [
                plain(short(question.text)),
                plain(f"{STATES[Status(question.status)]}, ställd {swedish.day(question.asked_at)}", subtle=True),
                buttons(button("Öppna", "questions.mine_one", question=question.id)),
            ]
    return card(*body, summary="Mina frågor")


def mine_one(shown: QuestionDetails, *, own: bool, thread: str = "") -> Json:
    """Return one of the person's questions, with its answers. ``thread`` is the address of its thread."""
    question, last = shown.question, shown.answers[-1] if shown.answers else None
    actions: list[Action] = []
    if own and last is not None and not question.over:
        solved, more = _after_answer(shown, last, own=True)[:2]
        actions += [] if question.status == Status.SOLVED else [solved]
        actions += [] if question.status == Status.OPEN else [more]
    if own and question.status == Status.OPEN:
        actions.append(button("Byt grupp", "questions.regroup", question=question.id))
    if own and question.status in (Status.OPEN, Status.ANSWERED):
        actions.append(button("Dra tillbaka frågan", "questions.withdraw", question=question.id))
    if not own:
        actions.append(button("Sluta följa", "questions.unfollow", question=question.id))
    actions += _to_people(last, own=own, thread=thread) if last is not None else []
    return card(
        heading(f"Fråga till {shown.home}"),
        plain(question.text),
        *follow_up(question),
        plain(status(shown), subtle=True),
        *answers(shown.answers[-5:], len(shown.answers)),
        actions=[*actions, button("Till mina frågor", "questions.mine")],
        summary=one_line(question.text),
    )


def earlier(shown: QuestionDetails) -> Json:
    """Return a question that somebody else asked before, with its answers."""
    return card(
        heading("Så har andra frågat"),
        plain(shown.question.text),
        plain(f"{shown.asker}, {swedish.day(shown.question.asked_at)}", subtle=True),
        label("Svar"),
        *answers(shown.answers[-5:], len(shown.answers)),
        summary=f"Så har andra frågat: {one_line(shown.question.text)}",
    )


def offer_follow_up(shown: QuestionDetails, response: Said, text: str) -> Json:
    """Ask whether what the asker has just written goes on with the question that got this answer."""
    title = f"Ska jag skicka det till {response.to}?"
    rows: Json = {"question": shown.question.id, "answer": response.answer.id, "text": text}
    seen = f" {shown.home[:1].upper()}{shown.home[1:]} ser det också." if shown.group else ""
    return card(
        heading(title),
        plain(f"Du skrev: {text}"),
        plain(f"Det gäller din fråga: {short(shown.question.text)}{seen}", subtle=True),
        actions=[
            button(
                f"Skicka till {one_line(response.first or 'kollegan', 10)}",
                "questions.follow_up",
                style="positive",
                **rows,
            ),
            button("Nej, en ny fråga", "chat.ask", text=text),
        ],
        summary=title,
    )


def follow_up_form(shown: QuestionDetails, response: Said, words: str) -> Json:
    """Return what the asker wrote after an answer, for the person who gave it, with a field to answer in."""
    title = "En följdfråga om ditt svar"
    return card(
        heading(title),
        plain(f"Frågan: {short(shown.question.text)}", subtle=True),
        plain(f"Ditt svar: {short(response.answer.text)}", subtle=True),
        plain(f"{shown.asker} skriver: {words}"),
        text_input("answer", "Ditt svar", long=True, required="Skriv ditt svar.", most=lifecycle.LONGEST_ANSWER),
        actions=[button("Skicka svaret", "questions.reply", style="positive", question=shown.question.id)],
        summary=f"{title}: {one_line(words)}",
    )


def said(text: str) -> Json:
    """Return a card with a text only. It replaces a card that has done its work."""
    return card(plain(text), actions=[button("Mina frågor", "questions.mine")], summary=text)


def go_on_in_chat() -> str:
    """Return the text for a channel when the dialog goes on in the person's own chat."""
    return "Vi tar resten i vår egen chatt, så att bara du ser det. Jag har skrivit till dig där."


def suspicious(found: Sequence[str]) -> list[CardElement]:
    """Return a warning that the question seems to point out somebody. ``found`` lists how."""
    if not found:
        return []
    seems = swedish.listed(list(found))
    text = f"Det ser ut som att frågan innehåller {seems}. Ta bort det som pekar ut en enskild person innan du skickar."
    return [caution(text)]


STATES = {
    Status.OPEN: "Väntar på svar",
    Status.ANSWERED: "Har fått svar",
    Status.SOLVED: "Löst",
    Status.WITHDRAWN: "Återtagen",
    Status.CLOSED: "Stängd",
}


def _to_people(response: Said, *, own: bool, thread: str) -> list[Action]:
    """Return the links to the person who answered, for the asker if they agreed, and to the thread."""
    ways = []
    if own and response.chat:
        ways.append(open_link(f"Skriv till {one_line(response.first or 'kollegan', 10)}", response.chat))
    return [*ways, *([open_link("Öppna tråden", thread)] if thread else [])]


def _after_answer(shown: QuestionDetails, response: Said, *, own: bool) -> list[Action]:
    rows: Json = {"question": response.answer.question_id, "answer": response.answer.id}
    nobody = response.answer.person_id is None or (own and response.answer.person_id == shown.question.asker_id)
    thank = [] if nobody else [button("Tacka", "questions.thank", **rows)]
    if not own:
        return [*thank, button("Sluta följa", "questions.unfollow", question=response.answer.question_id)]
    solved = button("Det löste det", "questions.solve", style="positive", **rows)
    return [solved, button("Behöver mer hjälp", "questions.more", **rows), *thank]
