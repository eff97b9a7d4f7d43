"""An erased person's first name in the questions they took part in, where it can mean nobody else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import questions
from storage.erasure import messages
from storage.erasure.scrub import cleaned
from storage.erasure.traces import NOBODY, spelt
from storage.municipalities import Municipality
from storage.outbox import Content, Delivery
from storage.people import Person
from storage.questions import Answer, Question

_SHORT = 2
"""Letters of a first name that is too short to be told from a word or an abbreviation."""
_DO = "frågar|har frågat|har svarat|har tagit|skriver|skrev|svarar|säger|tackar|tror|tycker|undrar"
_PART = r"[^\W\d_]+"


def first_names(session: Session, names: Collection[str]) -> tuple[str, ...]:
    """The first name in each of these, if nobody who is still here has the word in theirs and no place is called so."""
    others = [*session.scalars(select(Person.name)), *session.scalars(select(Municipality.full_name))]
    others += session.scalars(select(Municipality.name))
    taken = {part for name in others for part in re.findall(_PART, name.casefold())}
    firsts = {one for one in map(_first, names) if len(one) > _SHORT}
    return tuple(sorted(one for one in firsts if taken.isdisjoint(re.findall(_PART, one.casefold()))))


def out_of(text: str, first: str, own: Collection[str] = ()) -> str:
    """``text`` without a first name where it is surely one.

    That is inside a sentence, where only a name has a capital, as a form of address, before what only people do, and
    alone on a line. A sentence's first word may else be another word: "Hans", "Björn". Before a name that is not in
    ``own`` it is somebody else's, or a street's: "Björn Svensson", "Dag Hammarskjölds väg".
    """
    name = rf"(?<!\w){spelt(first)}"
    theirs = "".join(rf"(?!{spelt(one)}s?\b)" for one in own)
    another = rf"(?![ \t\u00a0]+{theirs}[A-ZÅÄÖÉÜ][a-zåäöéü]{{2}})"
    inside = rf"((?<=[\w,;])[ \t\u00a0]+[*_]*|(?<=[/@])){name}s?(?!-?\w){another}"
    address = rf"((?:^|[.!?:(\n])[\s*_>-]*){name}(?=[*_]*(?:[,!:)]|[ \u00a0](?:{_DO})\b))"
    alone = rf"(?m)(^[ \t/*_–-]*){name}(?=[ \t.!*_]*$)"
    for pattern in (inside, address, alone):
        text = re.sub(pattern, rf"\1{NOBODY}", text)
    return text


def scrub(
    session: Session, question_ids: Collection[int], names: Collection[str], reference: str, now: datetime
) -> Counter[str]:
    """Take the first names of somebody who is gone, called ``names``, out of questions, answers and what was sent.

    How many rows of which table that were.
    """
    done: Counter[str] = Counter()
    firsts = first_names(session, names) if question_ids else ()
    own = sorted({part for name in names for part in re.findall(_PART, name)})

    def clean(text: str) -> str:
        for first in firsts:
            text = out_of(text, first, own)
        return text

    if not firsts:
        return done
    for question in session.scalars(select(Question).where(Question.id.in_(question_ids))):
        done["questions"] += _clean(question, ("text", "more", "reason"), clean)
    for answer in session.scalars(select(Answer).where(Answer.question_id.in_(question_ids))):
        done["answers"] += _clean(answer, ("text",), clean)
    session.flush()  # replacing a message reads everything again
    subjects = [of(number) for of in (questions.subject, questions.reminder_subject) for number in question_ids]
    sent = select(Delivery.content_hash).where(Delivery.subject.in_(subjects))
    for content in session.scalars(select(Content).where(Content.hash.in_(sent))).all():
        done += messages.replace(session, content, cleaned(content.body, clean), reference, now)
    return +done


def _first(name: str) -> str:
    """*Wilhelmina* of "Wilhelmina Öqvist", "Öqvist, Wilhelmina" and "WILHELMINA (Gäst)"; empty where there is none."""
    found = re.search(rf"{_PART}(?:[-']{_PART})*", re.sub(r"\(.*", "", name.partition(",")[2] or name))
    first = found[0] if found else ""
    return first.title() if first.isupper() or first.islower() else first


def _clean(row: Question | Answer, columns: Sequence[str], clean: Callable[[str], str]) -> int:
    """Whether any of a row's texts changed, as a number."""
    fresh = {name: clean(getattr(row, name)) for name in columns}
    changed = {name: value for name, value in fresh.items() if value != getattr(row, name)}
    for name, value in changed.items():
        setattr(row, name, value)
    return int(bool(changed))
