"""A question's card in its group's channel: posted, kept up to date around those who write, posted again where lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.message import Json
from bot.questions import cards, details, keys
from bot.questions.details import Picture
from bot.turn import Turn
from storage import answer_forms, deliveries, groups, outbox, questions
from storage.outbox import Delivery, State
from storage.outgoing import MessageOf, Outgoing, ToChannel, ToThread
from storage.questions import Question


def post(turn: Turn, question: Question) -> Picture:
    """A card of its own in the channel of its group, if it has one."""
    question.posts += 1
    seen = details.of(turn.session, question, turn.now)
    if seen.group is not None:
        channel, card = ToChannel(seen.group.conversation_id or ""), cards.channel(seen)
        subject = questions.subject(question.id)
        row = Outgoing(keys.card(question), subject, channel, card["fallbackText"], card)
        outbox.enqueue(turn.session, row, turn.now)
    return seen


def changed(turn: Turn, question: Question) -> Picture:
    """The card shows the new state to everyone; while others have its answer form open, when they are done.

    What has ended is shown at once: their answer would be refused.
    """
    seen = details.of(turn.session, question, turn.now)
    if seen.group is not None:
        row = replace(update(seen, f"v{question.version}"), not_before=_written(turn, question))
        outbox.enqueue(turn.session, row, turn.now)
    return seen


def update(seen: Picture, version: str) -> Outgoing:
    """The card's newest version. The lane of its message lets no older one come after it."""
    return _version(seen.question, keys.card(seen.question), version, cards.channel(seen))


def writes(turn: Turn, question: Question) -> None:
    """The person has opened the answer form."""
    answer_forms.begin(turn.session, question.id, turn.person.id, turn.now)
    answer_forms.hold(turn.session, _lanes(question), turn.now)


def stopped_writing(turn: Turn, question: Question) -> None:
    """The person has sent or left the answer form: what waited for that is shown, unless somebody else has it open."""
    left = answer_forms.end(turn.session, question.id, turn.person.id)
    if left and _written(turn, question) is None:
        answer_forms.show_now(turn.session, _lanes(question), turn.now)


def thread(session: Session, question: Question) -> ToThread | None:
    """The thread that its card started; None where the card has not arrived."""
    posted = outbox.find(session, keys.card(question))
    if posted is None or not posted.sent_conversation_id:
        return None
    return ToThread(posted.sent_conversation_id, posted.sent_thread_id)


def lost(session: Session, waiting: Sequence[Question]) -> Iterator[tuple[Question, Delivery]]:
    """Those of the questions whose cards may not stand in their groups' channels, each with its card's delivery.

    It did not arrive as far as is known, or the group has been tied to another channel since.
    """
    posted = {keys.card(question): question for question in waiting if question.group_id is not None}
    places = {group.id: group.conversation_id for group in groups.everyone(session)} if posted else {}
    for row in deliveries.ended(session, posted):
        question = posted[row.key]
        place = places.get(question.group_id or 0)
        if row.state in outbox.NOT_ARRIVED or (row.state == State.SENT and place not in (None, row.conversation_id)):
            yield question, row


def again(turn: Turn, question: Question, row: Delivery) -> Picture:
    """Send its lost card once more, as it is now; as a new card where the group has another channel.

    Who follows the group has heard of the question already.
    """
    group = groups.find(turn.session, question.group_id)
    same = group is not None and group.conversation_id == row.conversation_id
    if same and outbox.send_again(turn.session, row.id, turn.now):
        question.version += 1
        return changed(turn, question)
    leave(turn, question)
    return post(turn, question)


def leave(turn: Turn, question: Question) -> None:
    """The card that it had says where it went."""
    old = keys.card(question)
    if outbox.find(turn.session, old) is not None:
        gone = _version(question, old, "moved", cards.moved(details.of(turn.session, question, turn.now)))
        wait = _written(turn, question)  # what is being written there is still an answer
        outbox.enqueue(turn.session, replace(gone, not_before=wait), turn.now)


def withdrawn(turn: Turn, seen: Picture) -> None:
    """The cards that the question was moved from show it no more either."""
    question, card = seen.question, cards.channel(seen)
    old = outbox.known(turn.session, _lanes(question)[:-1])
    outbox.enqueue_all(turn.session, [_version(question, key, "gone", card) for key in sorted(old)], turn.now)


def _version(question: Question, posted: str, name: str, card: Json) -> Outgoing:
    return Outgoing(keys.version(posted, name), questions.subject(question.id), MessageOf(posted), card=card)


def _written(turn: Turn, question: Question) -> datetime | None:
    """Until when others write answers that the question takes; None where nobody does."""
    return None if question.over else answer_forms.others_until(turn.session, question.id, turn.person.id, turn.now)


def _lanes(question: Question) -> list[str]:
    """Of all its cards, newest last: a form may stand on one that it was moved from."""
    return [keys.card(question, post) for post in range(1, question.posts + 1)]
