"""The rules of questions: what may happen to a question, when, and by whom. Every change holds the question's row.

A change returns whether it changed anything. A second press changes nothing, so nobody is told twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from bot import swedish
from bot.message import UserError
from bot.register.change import Change
from bot.turn import Turn
from storage import groups, questions
from storage.groups import ThemeGroup
from storage.people import Person
from storage.questions import Answer, AnswerWay, Question, Status

LONGEST_QUESTION = 1500
LONGEST_ANSWER = 4000
LONGEST_REASON = 500
CLAIM_DAYS = 2
"""A claim ends after this many working days without an answer."""
KANSLI_READS = (
    "Den som skrev fick veta att bara kansliet läser det, så det flyttas inte till en grupp. Svara här. Personen kan "
    "själv flytta det: **mina frågor** och **Byt grupp**."
)


def manages(turn: Turn, question: Question) -> bool:
    """Return whether the person is the kansli or moderates the question's group."""
    if turn.kansli:
        return True
    return question.group_id is not None and question.group_id in groups.moderated_by(turn.session, turn.person.id)


def claim_ends(question: Question) -> datetime | None:
    """Return when the claim on the question ends; None without a claim on an open question."""
    if question.claimed_at is None or question.claimed_by_id is None or question.status != Status.OPEN:
        return None
    return swedish.next_open(swedish.working_days_after(question.claimed_at, CLAIM_DAYS))


def is_claimed(question: Question, now: datetime) -> bool:
    """Return whether somebody has claimed the question and the claim has not ended."""
    ends = claim_ends(question)
    return ends is not None and now < ends


def checked_question(text: str) -> str:
    """Return the text of a question, stripped. Raise :class:`UserError` if it is empty or too long."""
    return _checked(text, LONGEST_QUESTION, "Skriv din fråga, så som du skulle fråga en kollega.", "Frågan")


def checked_answer(text: str) -> str:
    """Return the text of an answer, stripped. Raise :class:`UserError` if it is empty or too long."""
    return _checked(text, LONGEST_ANSWER, "Skriv ditt svar i rutan.", "Svaret")


def checked_reason(text: str) -> str:
    """Return the reason for closing, stripped. Raise :class:`UserError` if it is empty or too long."""
    return _checked(text, LONGEST_REASON, "Skriv varför du stänger frågan. Den som frågade läser det.", "Texten")


def answer(
    turn: Turn, question: Question, text: str, way: AnswerWay, *, may_write: bool = False
) -> tuple[Answer, bool]:
    """Store an answer. Return it, and whether it is new. ``may_write``: the asker may write to the person."""
    _refuse_over(question)
    written = checked_answer(text)
    stored, new = questions.add_answer(
        turn.session,
        question_id=question.id,
        person_id=turn.person.id,
        municipality_code=turn.person.municipality_code,
        text=written,
        digest=_digest(written),
        way=way,
        at=turn.now,
        may_write=may_write,
    )
    if not new:
        return stored, False
    if question.status == Status.OPEN:
        question.status = Status.ANSWERED
    question.claimed_by_id = question.claimed_at = None
    group = groups.find(turn.session, question.group_id)
    if group is not None:
        group.answered_at = turn.now
    question.version += 1
    return stored, True


def edit_answer(question: Question, answer: Answer, text: str) -> None:
    """Give an answer another text. Raises :class:`UserError` for none, or one that is too long."""
    answer.text = checked_answer(text)
    answer.digest = _digest(answer.text)
    question.version += 1


def take_back_answer(change: Change, question: Question, answer: Answer) -> None:
    """Delete an answer. A question that has no other, or whose solution it was, waits again; what is over stays so."""
    solved, others = answer.solved, [one for one in questions.answers(change.session, question.id) if one is not answer]
    change.session.delete(answer)
    question.version += 1
    if question.over or (others and not solved):
        return
    question.status = Status.ANSWERED if others else Status.OPEN
    question.ended_at = None
    question.waiting_since = question.waiting_since if others else change.now


def claim(change: Change, question: Question) -> bool:
    """Claim the question, with *Jag tar den*."""
    _refuse_over(question)
    if question.status != Status.OPEN:
        raise UserError("Frågan har redan fått svar. Du kan ändå lägga till ditt.")
    if question.asker_id == change.by:
        raise UserError("Det är din egen fråga. Någon annan får ta den.")
    if is_claimed(question, change.now):
        if question.claimed_by_id == change.by:
            return False
        raise UserError("Någon har redan tagit frågan. Du kan ändå svara på den.")
    question.claimed_by_id, question.claimed_at = change.by, change.now
    question.version += 1
    return True


def release(turn: Turn, question: Question) -> bool:
    """Give up the claim, with *Lämna tillbaka*: for the claimer and the people who manage the question."""
    if not is_claimed(question, turn.now):
        return False
    if question.claimed_by_id != turn.person.id and not manages(turn, question):
        raise UserError(
            "Det är någon annan som har tagit frågan, och bara den personen, en moderator eller kansliet kan lämna "
            "tillbaka den. Du kan svara ändå: tryck på Svara."
        )
    question.claimed_by_id = question.claimed_at = None
    question.version += 1
    return True


def follow(change: Change, question: Question, person: Person) -> bool:
    """Follow the question, with *Jag undrar också*."""
    _refuse_over(question)
    if question.asker_id == person.id:
        raise UserError("Det är din egen fråga, så du får svaren ändå.")
    new = questions.follow(change.session, question.id, person.id)
    question.version += new
    return new


def unfollow(change: Change, question: Question, person: Person) -> bool:
    """Stop following the question."""
    gone = questions.unfollow(change.session, question.id, person.id)
    question.version += gone
    return gone


def move(change: Change, question: Question, group: ThemeGroup | None) -> None:
    """Move the question to another group, or to the kansli if the group is None. Its wait starts again there."""
    _refuse_over(question)
    if question.status != Status.OPEN:
        raise UserError("Frågan har redan fått svar, så den flyttas inte.")
    if group is not None and not group.takes_questions:
        raise UserError("Den gruppen tar inte emot frågor just nu. Välj en annan.")
    if question.group_id == (group.id if group else None):
        raise UserError("Frågan ligger redan där. Välj en annan grupp.")
    if group is not None and question.is_errand:
        if question.asker_id != change.by:
            raise UserError(KANSLI_READS)
        question.show_name = False  # the name was for the kansli
    question.group_id = group.id if group else None
    question.waiting_since = change.now
    question.claimed_by_id = question.claimed_at = None
    question.version += 1


def withdraw(change: Change, question: Question) -> bool:
    """Take the question back, for its asker."""
    if question.status == Status.WITHDRAWN:
        return False
    if question.status in (Status.SOLVED, Status.CLOSED):
        raise UserError("Frågan är redan avslutad, så det finns inget att dra tillbaka.")
    question.status, question.ended_at = Status.WITHDRAWN, change.now
    question.version += 1
    return True


def close(change: Change, question: Question, reason: str) -> bool:
    """Close the question without an answer, with a reason that the asker reads."""
    if question.status == Status.SOLVED:
        raise UserError("Frågan är redan löst.")
    _refuse_over(question)
    question.reason = checked_reason(reason)
    question.status, question.ended_at = Status.CLOSED, change.now
    question.version += 1
    return True


def solve(change: Change, question: Question, solution: Answer, answers: Sequence[Answer]) -> bool:
    """Mark one of the answers as the one that solved the question, when the asker says so."""
    _refuse_over(question)
    if question.status == Status.SOLVED and solution.solved:
        return False
    for given in answers:
        given.solved = given.id == solution.id
    question.status, question.ended_at = Status.SOLVED, change.now
    question.claimed_by_id = question.claimed_at = None
    question.version += 1
    return True


def unsolve(question: Question, answers: Sequence[Answer]) -> bool:
    """Take back that an answer solved the question, when the asker regrets it."""
    if question.status != Status.SOLVED:
        return False
    for given in answers:
        given.solved = False
    question.status, question.ended_at = Status.ANSWERED, None
    question.version += 1
    return True


def need_more(change: Change, question: Question, words: str, answers: Sequence[Answer]) -> None:
    """Open the question again, with what its asker still needs."""
    _refuse_over(question)
    if question.status == Status.OPEN:
        raise UserError("Frågan är redan öppen. Du får besked här när någon svarar.")
    question.more = checked_more(words)
    for given in answers:
        given.solved = False
    question.status, question.ended_at, question.waiting_since = Status.OPEN, None, change.now
    question.version += 1


def follow_up(change: Change, question: Question, words: str, answers: Sequence[Answer]) -> None:
    """Ask more after an answer. A question that is open again already gets the words in addition."""
    if question.status != Status.OPEN:
        need_more(change, question, words, answers)
        return
    question.more = checked_more(f"{question.more}\n{checked_more(words)}")
    question.version += 1


def checked_more(words: str) -> str:
    """Return what the asker still needs, stripped. Raise :class:`UserError` if it is empty or too long."""
    return _checked(words, LONGEST_QUESTION, "Skriv vad du fortfarande undrar över.", "Texten")


def _refuse_over(question: Question) -> None:
    if question.status == Status.WITHDRAWN:
        raise UserError("Den som frågade har dragit tillbaka frågan. Inget mer behövs.")
    if question.status == Status.CLOSED:
        raise UserError("Frågan är stängd. Hör av dig till kansliet om den borde öppnas igen.")


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _checked(text: str, most: int, missing: str, what: str) -> str:
    written = text.strip()
    if not written:
        raise UserError(missing)
    if len(written) > most:
        raise UserError(f"{what} är {len(written)} tecken. Korta till högst {most}.")
    return written
