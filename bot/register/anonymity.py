"""Questions between members without the people in them, for texts that others read."""

from __future__ import annotations

from functools import cache

from sqlalchemy.orm import Session

from bot.wording import generalisation
from bot.wording.generalisation import General, Places
from storage import content as starting_content
from storage import faq_growth, name_keys, people, questions
from storage.questions import Question


@cache
def places() -> Places:
    """Return every municipality and region."""
    return Places.of(starting_content.municipalities())


def general(session: Session, question: Question, text: str, *, keep_places: bool = False) -> General:
    """Return a text of a question, or of one of its answers, without people; without places, unless kept."""
    people_ids = {question.asker_id, *(answer.person_id for answer in questions.answers(session, question.id))}
    written = people.names(session, [person_id for person_id in people_ids if person_id is not None]).values()
    members = faq_growth.members_named(session, generalisation.candidates(text))
    return generalisation.general(text, places(), name_keys.plain([*written]), members, keep_places=keep_places)
