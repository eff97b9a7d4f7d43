"""Post a question's card in its group's channel, keep it up to date, and post it again if it was lost.

The cards that ask the kansli or a moderator to do something about the question are kept up to date too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot import links
from bot.delivery import living
from bot.delivery.reach import OUTSIDE
from bot.questions import cards, desk_cards, details, keys
from bot.questions.details import QuestionDetails
from bot.turn import Turn
from storage import answer_forms, deliveries, groups, kansli, outbox, questions
from storage.outbox import Delivery, State
from storage.outgoing import Outgoing, ToChannel
from storage.questions import Question, Status

_IN_TEAMS = (State.WAITING, State.SENDING, State.SENT, State.UNCERTAIN)


def post(turn: Turn, question: Question) -> QuestionDetails:
    """Post a new card in the channel of the question's group, if it has one."""
    question.posts += 1
    shown = details.of(turn.session, question, turn.now)
    if shown.group is not None:
        channel = ToChannel(shown.group.conversation_id or "")
        row = keys.cards(question.id).post(question.posts, channel, cards.channel(shown))
        outbox.enqueue(turn.session, row, turn.now)
    return shown


def changed(turn: Turn, question: Question) -> QuestionDetails:
    """Show the new state to everyone. Wait until others have closed the question's answer form.

    If the question is over, show that at once, because their answers would be refused.
    """
    shown = details.of(turn.session, question, turn.now)
    if shown.group is not None:
        row = update(shown, f"v{question.version}", not_before=_written_until(turn, question))
        outbox.enqueue(turn.session, row, turn.now)
    if question.status != Status.OPEN:  # a card of a question that waits says what is special about it
        desk_changed(turn, shown)
    return shown


def desk_changed(turn: Turn, shown: QuestionDetails) -> None:
    """Show the new state on the desk's cards. A person who has an answer form open sees it afterwards.

    People who no longer look after the question see only where it is now.
    """
    question = shown.question
    subjects = {questions.subject(question.id), questions.reminder_subject(question.id)}
    rows = [row for about in deliveries.about(turn.session, subjects).values() for row in about]
    posted = [
        row for row in rows if keys.at_desk(question, row) and row.state in _IN_TEAMS and row.route not in OUTSIDE
    ]
    if not posted:
        return
    managers = (*kansli.everyone(turn.session), *groups.moderators(turn.session, question.group_id))
    readers = living.Readers({person.id for person in managers}, desk_cards.elsewhere(shown))
    card, lives = desk_cards.current(shown), keys.cards(question.id)
    for row in posted:
        writes = None if question.over else answer_forms.until(turn.session, question.id, row.person_id, turn.now)
        version = lives.version(row.key, f"v{question.version}", readers.card(card, row.person_id), not_before=writes)
        outbox.enqueue(turn.session, version, turn.now)


def update(shown: QuestionDetails, version: str, *, not_before: datetime | None = None) -> Outgoing:
    """Return the card's newest version."""
    question = shown.question
    lives = keys.cards(question.id)
    return lives.version(keys.card(question), version, cards.channel(shown), not_before=not_before)


def writes(turn: Turn, question: Question) -> None:
    """Note that the person has opened the answer form."""
    answer_forms.begin(turn.session, question.id, turn.person.id, turn.now)
    answer_forms.hold(turn.session, _posted(question), turn.now)


def stopped_writing(turn: Turn, question: Question) -> None:
    """Note that the person has sent or left the answer form. Show what waited, unless others have it open."""
    closed = answer_forms.end(turn.session, question.id, turn.person.id)
    if closed and _written_until(turn, question) is None:
        answer_forms.show_now(turn.session, _posted(question), turn.now)


def link(turn: Turn, shown: QuestionDetails) -> str:
    """Return the address of the question's thread in Teams; empty without a thread that we know."""
    thread = living.thread(turn.session, keys.card(shown.question)) if shown.group is not None else None
    if thread is None or thread.thread_id is None:
        return ""
    return links.thread(turn.app.settings, thread.conversation_id, thread.thread_id)


def lost(session: Session, waiting: Sequence[Question]) -> Iterator[tuple[Question, Delivery]]:
    """Yield the questions whose cards may be missing in their groups' channels, each with its card's delivery."""
    asked = {keys.card(question): question for question in waiting if question.group_id is not None}
    channels = {group.id: group.conversation_id for group in groups.everyone(session)} if asked else {}
    places = {key: channels.get(question.group_id or 0) or "" for key, question in asked.items()}
    return ((asked[row.key], row) for row in living.lost(session, places))


def again(turn: Turn, question: Question, row: Delivery) -> QuestionDetails:
    """Send the lost card again in its newest state, or post a new card if the group has another channel.

    Do not tell the people who follow the group again.
    """
    group = groups.find(turn.session, question.group_id)
    same = group is not None and group.conversation_id == row.conversation_id
    if same and outbox.send_again(turn.session, row.id, turn.now):
        question.version += 1
        return changed(turn, question)
    leave(turn, question)
    return post(turn, question)


def leave(turn: Turn, question: Question) -> None:
    """Make the card say where the question went. Wait while an answer is being written there: it still counts."""
    old, wait = keys.card(question), _written_until(turn, question)
    if outbox.find(turn.session, old) is not None:
        card = cards.moved(details.of(turn.session, question, turn.now))
        outbox.enqueue(turn.session, keys.cards(question.id).version(old, "moved", card, not_before=wait), turn.now)


def withdrawn(turn: Turn, shown: QuestionDetails) -> None:
    """Remove the question from its earlier cards too, in the channels that it was moved from."""
    lives, card = keys.cards(shown.question.id), cards.channel(shown)
    old = outbox.known(turn.session, _posted(shown.question)[:-1])
    outbox.enqueue_all(turn.session, [lives.version(key, "gone", card) for key in sorted(old)], turn.now)


def _written_until(turn: Turn, question: Question) -> datetime | None:
    """Return the time until which others may be writing answers. Return None if no answer is taken or written."""
    return None if question.over else answer_forms.others_until(turn.session, question.id, turn.person.id, turn.now)


def _posted(question: Question) -> list[str]:
    """Return the keys of all its cards, newest last. A form may be open on an earlier card."""
    return [keys.cards(question.id).key(post) for post in range(1, question.posts + 1)]
