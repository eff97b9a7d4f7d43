"""Reads questions to the register, and what people say about their own seat: a text becomes a typed question or None.

Pure and strict: a pattern must fit the whole sentence. Everything else is a question to the knowledge bank.
The place stays as it was written. The finder (:mod:`bot.register.finder`) says which municipality it means.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.wording import register_patterns
from storage.people import PersonRole


class RegisterTopic(StrEnum):
    """What a sentence asks of the register, or says about the writer."""

    CONTACT = "contact"
    """Who is contact person in a municipality?"""
    MEMBER = "member"
    """Is a municipality a member?"""
    COUNT = "count"
    """How many members are there, in all or in a county?"""
    MEMBERS = "members"
    """Which municipalities are members, in all or in a county?"""
    HELP = "help"
    """Who can help with a subject?"""
    LEFT_JOB = "left_job"
    """The writer has left the municipality."""
    LEFT_SEAT = "left_seat"
    """The writer is no contact person any more."""
    NEW_SEAT = "new_seat"
    """The writer is a contact person."""


@dataclass(frozen=True, slots=True)
class RegisterQuestion:
    """A question to the register, or a statement about the writer."""

    topic: RegisterTopic
    about: str = ""
    """The place or the subject, as it was written."""
    seat: PersonRole | None = None
    """The seat that it names; None for any."""
    own: bool = False
    """Whether it is about the writer's own municipality."""


LONGEST = 25
"""The most words of a sentence to the register. A longer text tells something else too."""
_PLACE_WORDS, _SUBJECT_WORDS = 4, 6
"""The most words of a place ("Västra Götalands län") and of a subject."""
_SEATS = (
    ("politiker", PersonRole.POLITICIAN),
    ("tjänst", PersonRole.OFFICER),
    ("ersättare", PersonRole.SUBSTITUTE),
    ("rapportör", PersonRole.REPORTER),
)
"""Parts of the word for a seat."""

_BEFORE = re.compile(
    r"(?:hej\w*|hallå|tjena|tja|god ?(?:morgon|dag|kväll))"
    r"(?: (?:på er|alla|allihopa?|du|där|kollegor|sekom-?boten))?[!,.: ]+"
    r"|(?:jag |vi )?(?:undrar|funderar på)(?: bara)?[:,]? "
    r"|(?:vet|kan) (?:du|ni|någon|nån)(?: säga| berätta| svara på)?[:,]? (?=om |vem|vilk|hur|när|är )"
    r"|en (?:snabb )?fråga[:,.]? |säg[:,]? ",
    re.IGNORECASE,
)
"""What may come before a question without changing it."""
_AFTER = re.compile(
    r"[\s?!.,:;)]+\Z"
    r"|[ ,]+(?:tack(?: på förhand)?|snälla|månne|egentligen|då|nu|idag|i dag|tro|tror du|förresten)\Z",
    re.IGNORECASE,
)
"""Courtesies and signs that may come after it."""
_SPLIT = re.compile(r"\?\s+|[,;]\s+|\s+(?:och|samt|å)\s+(?=(?:hur många|vem|vilka|är|e)\b)", re.IGNORECASE)

_TOPICS = tuple(
    (topic, pattern)
    for topic, lines in (
        (RegisterTopic.LEFT_SEAT, register_patterns.LEFT_SEAT),
        (RegisterTopic.LEFT_JOB, register_patterns.LEFT_JOB),
        (RegisterTopic.NEW_SEAT, register_patterns.NEW_SEAT),
        (RegisterTopic.CONTACT, register_patterns.CONTACT),
        (RegisterTopic.COUNT, register_patterns.COUNT),
        (RegisterTopic.MEMBERS, register_patterns.MEMBERS),
        (RegisterTopic.MEMBER, register_patterns.MEMBER),
        (RegisterTopic.HELP, register_patterns.HELP),
    )
    for pattern in register_patterns.compiled(lines)
)
"""The patterns in the order in which they are tried."""
_FOLLOWING = tuple(
    (topic, pattern)
    for topic, lines in (
        (RegisterTopic.COUNT, register_patterns.COUNT_AFTER),
        (RegisterTopic.MEMBERS, register_patterns.MEMBERS_AFTER),
        (RegisterTopic.CONTACT, register_patterns.CONTACT_AFTER),
        (RegisterTopic.MEMBER, register_patterns.MEMBER_AFTER),
    )
    for pattern in register_patterns.compiled(lines)
)
"""Short messages that ask something else about the same place."""
_OTHER_PLACE = register_patterns.compiled(register_patterns.PLACE_AFTER)
STATEMENTS = (RegisterTopic.LEFT_JOB, RegisterTopic.LEFT_SEAT, RegisterTopic.NEW_SEAT)
"""What people say about themselves."""
_ABOUT_ALL = (RegisterTopic.COUNT, RegisterTopic.MEMBERS)
"""About the whole network or a county, and not about a single municipality."""

_OURS = re.compile(
    r"(?:vår|våran|vårt|min|er|eran?|vi|oss|ni|mig)(?: (?:kommun|region|stad|egen kommun))?", re.IGNORECASE
)
_NO_PLACE = frozenset(
    (
        "alla bara de den det dem där en ett här jag kan kommunen kommuner kommunerna man nån någon några "
        "regioner regionen regionerna region kommun som sig vad va vem var vart hur när vilka vilken inte och eller å "
        "styrelsen styrelse kansliet kansli temagruppen temagrupp gruppen arbetsgruppen föreningen sekom nätverket "
        "ekokommunerna politiker politikerna tjänstepersoner skolor bolag bolaget måste ska får bli blir du ni vi "
        "mig oss er dig webbinariet årsmötet konferensen mötet fler flest nya ny nästa andra annan vår våra min mina "
        "länken filen programmet vatten klimat"
    ).split()
)
"""Words that no place's name has."""
_NO_SUBJECT_START = frozenset(
    "hur vad va varför att när om det den detta dem oss mig sånt sådant vem vilka var jag vi man du ni".split()
)
_OWN_MATTERS = re.compile(
    r"nyckeltal|rapporter|medlem|avgift|faktur|lösenord|inlogg|logga in|årsmöt|årskonf|enkät|nyhetsbrev|kansli|styrelse"
    r"|sekom|ekokommun|teams|webbinar|kontaktperson|inbjud|\bbot|akademi|logotyp|stadgar",
    re.IGNORECASE,
)
"""Matters of the association itself: the bank and the kansli answer them, and no colleague."""
_ASKING = re.compile(r"\b(?:vem|vad|va|hur|när|var|vart|varför|vilka|vilken|kan|ska|får)\b", re.IGNORECASE)


def questions(text: str) -> list[RegisterQuestion]:
    """Return the questions to the register that a message holds; none if any part of it is about something else."""
    whole = _question(text)
    if whole is not None:
        return [whole]
    pieces = [piece for piece in _SPLIT.split(_stripped(text)) if piece.strip()]
    asked = [_question(piece) for piece in pieces] if 1 < len(pieces) < 4 else [None]  # noqa: PLR2004 - more is a letter
    return [each for each in asked if each is not None] if None not in asked else []


def follow_up(text: str, before: str) -> RegisterQuestion | None:
    """Return the question that a short message asks together with the one before it: "och Lund?", "hur många?"."""
    earlier = questions(before)
    if not earlier or earlier[-1].topic in (RegisterTopic.HELP, *STATEMENTS):
        return None
    last, said = earlier[-1], _stripped(text)
    for topic, pattern in _FOLLOWING:
        if pattern.fullmatch(said):
            if (topic in _ABOUT_ALL) is (last.topic in _ABOUT_ALL):
                return replace(last, topic=topic, seat=None)
            return RegisterQuestion(topic) if topic in _ABOUT_ALL else None
    words = " ".join(text.split()).rstrip("?!. ")
    place = next((match for pattern in _OTHER_PLACE if (match := pattern.fullmatch(words))), None)
    about = place["about"].strip() if place else ""
    return replace(last, about=about, own=False) if about and _is_place(about) else None


def _question(text: str) -> RegisterQuestion | None:
    said = _stripped(text)
    if not said or len(said.split()) > LONGEST:
        return None
    for topic, pattern in _TOPICS:
        match = pattern.fullmatch(said)
        asked = _read(topic, match, said) if match else None
        if asked is not None:
            return asked
    return None


def _read(topic: RegisterTopic, match: re.Match[str], said: str) -> RegisterQuestion | None:
    groups = match.groupdict()
    about, seat = (groups.get("about") or "").strip(), _seat(groups.get("seat") or "")
    if topic in (RegisterTopic.LEFT_JOB, RegisterTopic.LEFT_SEAT):
        return None if _ASKING.search(said.partition(" ")[2].replace("ska sluta", "")) else RegisterQuestion(topic)
    if topic is RegisterTopic.NEW_SEAT and not _claims_seat(groups["seat"], said):
        return None
    if topic is RegisterTopic.HELP:
        return RegisterQuestion(topic, about) if _is_subject(about) else None
    if about and _OURS.fullmatch(about):
        # the bank says how to see one's contact persons; a membership is a fact to give at once
        return None if topic is RegisterTopic.CONTACT else RegisterQuestion(topic, seat=seat, own=True)
    return RegisterQuestion(topic, about, seat) if not about or _is_place(about) else None


def _claims_seat(word: str, said: str) -> bool:
    """Return whether the words claim a seat. "Jag är tjänsteperson i Lund" only tells of an employment."""
    contact = word.casefold().startswith("kontaktp") or word.casefold().startswith("kontaktt")
    return contact or bool(re.search(r"\b(?:nya?|utsedd\w*|utsetts|blivit)\b", said, re.IGNORECASE))


def _seat(word: str) -> PersonRole | None:
    return next((seat for part, seat in _SEATS if part in word.casefold()), None)


def _is_place(about: str) -> bool:
    words = about.casefold().split()
    named = [word for word in words if word not in ("kommun", "region", "regionen", "stad", "län", "kommunen")]
    return bool(named) and len(words) <= _PLACE_WORDS and not _NO_PLACE & set(named)


def _is_subject(about: str) -> bool:
    words = about.casefold().split()
    fits = words and len(words) <= _SUBJECT_WORDS and words[0] not in _NO_SUBJECT_START
    return bool(fits) and not _OWN_MATTERS.search(about)


def _stripped(text: str) -> str:
    """Return one line without a greeting before the question, and without courtesies and signs after it."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    while match := _BEFORE.match(line):
        line = line[match.end() :]
    while match := _AFTER.search(line):
        line = line[: match.start()]
    return line
