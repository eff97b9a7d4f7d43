"""Cards about a question for its theme group's channel."""

from __future__ import annotations

from collections.abc import Sequence

from microsoft_teams.cards import Action, CardElement

from bot import swedish
from bot.cards import button, card, choice_input, heading, label, one_line, plain, short, small, text_input
from bot.message import Json
from bot.questions import lifecycle
from bot.questions.details import QuestionDetails, Said
from storage.groups import ThemeGroup
from storage.questions import AnswerWay, Question, Status

SHOWN = 3
"""How many answers the channel's card shows: the latest."""
LONGEST = 1200
"""Characters of an answer on the channel's card; the asker gets the whole answer."""
TITLE = 44
"""Characters of a question that fit on a button; clients cut a longer one off in the middle of a letter."""
TO_KANSLI = "kansli"
"""The value for the kansli among the groups to choose from."""
ASKER_GONE = "Den som frågade finns inte kvar."
"""Why a question is closed when nobody waits for an answer any more."""
HOW_TO_ANSWER = (
    "Tryck **Svara**, eller svara i tråden och nämn @SEKOM-boten. Ett svar som inte nämner mig går inte vidare av "
    "sig självt."
)


def channel(shown: QuestionDetails, post: int | None = None) -> Json:
    """Return the question's card for everybody. ``post`` is its number, because a moved question has several cards."""
    question = shown.question
    if question.status == Status.WITHDRAWN:
        return _gone("Den som frågade har dragit tillbaka frågan.")
    if post is not None and post != question.posts:
        return moved(shown)
    return card(
        heading(f"Fråga till {shown.home}"),
        *asked(shown),
        *_progress(shown),
        *answers(shown.answers[-SHOWN:], len(shown.answers)),
        *([] if question.over else [small(HOW_TO_ANSWER)]),
        actions=[] if question.over else _channel_buttons(shown),
        summary=f"Fråga till {shown.home}: {short(question.text)}",
    )


def moved(shown: QuestionDetails) -> Json:
    """Return the card that stays in the channel that a question was moved from."""
    return _gone(f"Frågan har flyttats till {shown.home}.", plain(short(shown.question.text), subtle=True))


def asked(shown: QuestionDetails) -> list[CardElement]:
    """Return the question itself: what was asked, by whom and when."""
    question = shown.question
    size = f" ({shown.size})" if shown.size else ""
    day = swedish.day(question.asked_at)
    return [plain(question.text), plain(f"{shown.asker}{size}, {day}", subtle=True), *follow_up(question)]


def follow_up(question: Question) -> list[CardElement]:
    """Return what the asker still needed after an answer, in their own words."""
    if not question.more:
        return []
    waits = question.status == Status.OPEN
    return [label("Det här behövs fortfarande:" if waits else "Följdfråga:"), plain(question.more)]


def answers(shown: Sequence[Said], total: int) -> list[CardElement]:
    """Return the answers, each with the person who gave it."""
    body: list[CardElement] = []
    if total > len(shown):
        body.append(plain(f"De {len(shown)} senaste av {total} svar visas.", subtle=True))
    for response in shown:
        solved = " Det löste frågan." if response.answer.solved else ""
        body += [plain(f"{_from(response)}, {swedish.day(response.answer.at)}.{solved}", subtle=True)]
        body += [plain(short(response.answer.text, LONGEST))]
    return body


def _from(response: Said) -> str:
    return response.who if response.answer.way == AnswerWay.PASTED else f"Svar från {response.who}"


def status(shown: QuestionDetails) -> str:
    """Return one line that says how the question is going."""
    question, many = shown.question, len(shown.answers)
    match question.status:
        case Status.OPEN if shown.claimer:
            return f"{shown.claimer} har tagit frågan. Fler får gärna svara."
        case Status.OPEN:
            return "Väntar på fler svar." if question.more else "Väntar på svar."
        case Status.ANSWERED:
            return f"Har fått {swedish.count(many, 'svar', 'svar')}."
        case Status.SOLVED:
            return "Löst. Fler svar är välkomna."
        case Status.CLOSED:
            return f"Stängd: {question.reason}"
        case _:
            return "Återtagen."


def may_write(*, asks: bool) -> list[CardElement]:
    """Return the choice whether the asker may write to the person who answers. ``asks``: we know their address."""
    choices = [("no", "Nej"), ("yes", "Ja, visa min mejladress")]
    return [choice_input("may_write", "Får den som frågade skriva till dig?", choices, value="no")] if asks else []


def form(shown: QuestionDetails, *, contact: bool) -> Json:
    """Return the input for an answer, for the person who pressed *Svara*. ``contact``: we know their mail address."""
    question = shown.question
    rows: Json = {"question": question.id, "post": question.posts}
    return card(
        heading("Skriv ditt svar"),
        *asked(shown),
        text_input(
            "answer", "Ditt svar", long=True, required="Skriv ditt svar i rutan.", most=lifecycle.LONGEST_ANSWER
        ),
        *may_write(asks=contact),
        small("Den som frågade får ditt svar tillsammans med ditt namn och din kommun. Gruppen ser det också."),
        small("Blev det fel? Tryck **Svara** igen och skriv det rätta, så får den som frågade det också."),
        actions=[
            button("Skicka svaret", "questions.answer", style="positive", **rows),
            button("Tillbaka", "questions.card", alone=True, **rows),
        ],
        summary="Skriv ditt svar",
    )


def offer(shown: QuestionDetails, offer_id: int, text: str, *, contact: bool) -> Json:
    """Ask the person who replied in the thread without a mention whether that is an answer."""
    rows: Json = {"offer": offer_id}
    return card(
        heading("Ska jag skicka det här till frågeställaren?"),
        plain(f"Frågan: {short(shown.question.text)}", subtle=True),
        plain(f"Du skrev i tråden: {short(text, LONGEST)}"),
        *may_write(asks=contact),
        small("Svaret går med ditt namn och din kommun. Säger du inget inom ett dygn slänger jag det."),
        actions=[
            button("Skicka", "questions.offer_send", style="positive", **rows),
            button("Nej tack", "questions.offer_decline", **rows),
        ],
        summary="Ska jag skicka ditt svar i tråden till frågeställaren?",
    )


def offer_over(text: str) -> Json:
    """Return the card that replaces the offer when the writer has decided."""
    return card(plain(text), summary=text)


def choose_group(shown: QuestionDetails, groups: Sequence[ThemeGroup], *, back: Action) -> Json:
    """Return the choice of where to move a question, for its moderators and the kansli."""
    question = shown.question
    choices = [(group.theme, group.name) for group in groups if group.id != question.group_id]
    choices += [(TO_KANSLI, "Kansliet")] if question.group_id is not None else []
    return card(
        heading("Vart hör frågan?"),
        plain(question.text),
        choice_input("to", "Ny grupp", choices),
        small("Den som frågade får veta att frågan har flyttats."),
        actions=[button("Flytta frågan", "questions.move", style="positive", question=question.id), back],
        summary="Vart hör frågan?",
    )


def confirm_wrong(shown: QuestionDetails, *, back: Action) -> Json:
    """Ask whether the question belongs to another group, before people who can move it are told."""
    question, title = shown.question, "Hör frågan till en annan grupp?"
    return card(
        heading(title),
        plain(short(question.text)),
        small("Då säger jag till dem som kan flytta den. De ser att det var du som sa till."),
        actions=[
            button("Ja, säg till", "questions.misplaced", style="positive", question=question.id, post=question.posts),
            back,
        ],
        summary=title,
    )


def told(text: str, *, back: Action) -> Json:
    """Return the card that confirms what was done, with the way back to the question."""
    return card(plain(text), actions=[back], summary=text)


def back_to_card(question: Question) -> Action:
    """Return the button from a form in the channel back to the question."""
    return button("Tillbaka", "questions.card", alone=True, question=question.id, post=question.posts)


def _progress(shown: QuestionDetails) -> list[CardElement]:
    body: list[CardElement] = [label("Så går det"), plain(status(shown))]
    if shown.followers:
        many = swedish.count(shown.followers, "person undrar också.", "personer undrar också.")
        body.append(plain(many, subtle=True))
    return body


def _channel_buttons(shown: QuestionDetails) -> list[Action]:
    question = shown.question
    rows: Json = {"question": question.id, "post": question.posts}
    actions = [button("Svara", "questions.form", style="positive", **rows)]
    if question.status == Status.OPEN:
        claimed = button(_release(shown), "questions.release", **rows)
        actions.append(claimed if shown.claimer else button("Jag tar den", "questions.claim", **rows))
    actions.append(button("Jag undrar också", "questions.follow", **rows))
    if question.status == Status.OPEN:
        actions.append(button("Fel grupp", "questions.wrong", **rows))
    return actions


def _release(shown: QuestionDetails) -> str:
    """Return the button's title with the claimer's name, because everybody in the channel sees it."""
    name = one_line(shown.claimer_name, TITLE - len("Lämna tillbaka ()"))
    return f"Lämna tillbaka ({name})" if name else "Lämna tillbaka"


def _gone(text: str, *more: CardElement) -> Json:
    return card(plain(text), *more, summary=text)
