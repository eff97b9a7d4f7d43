"""Reads questions to the register, and what people say about their own seat: a text becomes a typed question or None.

Pure and strict: a pattern must fit the whole sentence. Everything else is a question to the knowledge bank.
The place stays as it was written. The finder (:mod:`bot.register.finder`) says which municipality it means.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum

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
    r"(?:hej\w*|hallå|tjena|tja|god ?(?:morgon|dag|kväll))(?: (?:på er|alla|allihopa?|du|där|kollegor|sekom-?boten))?[!,.: ]+"
    r"|(?:jag |vi )?(?:undrar|funderar på)(?: bara)?[:,]? |(?:vet|kan) (?:du|ni|någon|nån)(?: säga| berätta| svara på)?[:,]? "
    r"|en (?:snabb )?fråga[:,.]? |säg[:,]? ",
    re.IGNORECASE,
)
"""What may come before a question without changing it."""
_AFTER = re.compile(
    r"[\s?!.,:;)]+\Z|[ ,]+(?:tack(?: på förhand)?|snälla|månne|egentligen|då|nu|idag|i dag|tro|tror du|förresten)\Z", re.I
)
_SPLIT = re.compile(r"\?\s+|[,;]\s+|\s+(?:och|samt|å)\s+(?=(?:hur många|vem|vilka|är|e)\b)", re.IGNORECASE)

_IS = r"(?:är|e|ä)"
_YET = r"(?:(?:fortfarande|redan|också|oxå|nu|verkligen|kvar|kvar som|ännu) )*"
_NET = (
    r"(?: (?:i|av|till|hos|på)? ?(?:sekom|sveriges ekokommuner|ekokommunerna|nätverket|föreningen|ert nätverk|vårt nätverk))?"
)
_AT = r"(?:i|för|från|hos|på|till|åt)"
_PLACE = r"(?P<about>[^?!,;:]+?)"
_SEAT = (
    r"(?P<seat>kontaktperson(?:en|er|erna)?|kontaktpolitiker(?:n|na)?|(?:kontakt)?tjänsteperson(?:en|er|erna)?"
    r"|ersättare(?:n|ns)?(?: för kontaktpolitikern)?|rapportör(?:en|er|erna)?|kontakt(?:en|er|erna)?)"
)
_KIN = r"(?:kommun(?:er|erna)?|medlem(?:mar|marna)?|medlemskommun(?:er|erna)?|ekokommun(?:er|erna)?|regioner)"
_MEMBER = r"(?:en )?(?:medlem|medlemmar|medlemskommun|ekokommun|med)"
_ANYBODY = r"(?:någon|nån|några|nåra|en kollega|kollegor|nån kommun|någon kommun)(?: (?:här|i nätverket|av er))?"
_WHO = (
    rf"(?:vem|vilka(?: kommuner| kollegor)?|vilken(?: kommun| kollega)|(?:finns|är) det {_ANYBODY}(?: här)?(?: som)?"
    rf"|(?:känner|vet) (?:du|ni) {_ANYBODY}(?: som)?)(?: här| i nätverket| av er)?"
)
_CAN = (
    r"(?:kan hjälpa (?:(?:mig|mej|oss|till|en) )*(?:med|i|kring)|kan (?:(?:något|nåt|mycket|mkt|mer|mest) )?om"
    r"|vet (?:(?:något|nåt|mycket|mkt|mer|mest) )?om|har (?:(?:bra|god) )?koll på"
    r"|är (?:bra|duktiga?|kunniga?|vassa?|experter|expert|haj|hajar) (?:på|inom|i)"
    r"|har (?:(?:någon|nån|lång|egen) )?(?:erfarenhet(?:er)? av|kunskaper om|kunskap om)|(?:har )?(?:jobbat|arbetat) med"
    r"|(?:jobbar|arbetar) med|har (?:gjort|tagit fram|skrivit)(?: (?:en|ett|nån|någon|nåt|något))?)"
)
_ASK_WHOM = (
    r"(?:vem|vilka) (?:kan|ska|bör) (?:jag|vi|man) (?:fråga|prata med|vända (?:mig|oss|sig) till|kontakta|bolla med)"
    r" (?:om|kring|angående|när det gäller)"
)
_LEFT = (
    r"(?:(?:har )?(?:(?:nu|nyligen|precis|just) )?(?:slutat|sagt upp mig|gått i pension|bytt jobb)|slutar|ska sluta|"
    r"kommer att sluta|går i pension|byter jobb)"
)
_LATER = r"(?: (?:på|i|hos|från|vid|den|nu|idag|snart|nästa|efter|som) [^?!,;:]{1,40}| nu| idag| snart)?"

_PATTERNS: tuple[tuple[RegisterTopic, str], ...] = tuple(
    (topic, pattern)
    for topic, patterns in (
        (
            RegisterTopic.LEFT_SEAT,
            (
                rf"jag {_LEFT} som {_SEAT}(?: {_AT} [^?!,;:]+)?",
                rf"jag {_IS} inte (?:längre |kvar som )?{_SEAT}(?: längre)?(?: {_AT} [^?!,;:]+?)?(?: längre)?",
                rf"jag ska inte (?:längre )?vara {_SEAT}(?: längre)?(?: {_AT} [^?!,;:]+?)?(?: längre)?",
            ),
        ),
        (
            RegisterTopic.LEFT_JOB,
            (
                rf"jag {_LEFT}{_LATER}",
                rf"jag (?:jobbar|arbetar) inte (?:kvar|längre|kvar längre)(?: {_AT} [^?!,;:]+)?",
                rf"jag (?:jobbar|arbetar) inte {_AT} [^?!,;:]+ längre",
            ),
        ),
        (
            RegisterTopic.NEW_SEAT,
            (
                rf"jag {_IS} (?:nu |numera )?(?:den |er )?(?:nya? |nyvalda? |utsedda? )?{_SEAT}(?: {_AT} {_PLACE})?",
                rf"jag (?:har blivit|blir|ska bli|ska vara|har utsetts till|är utsedd till)"
                rf" (?:nya? )?{_SEAT}(?: {_AT} {_PLACE})?",
                rf"jag {_IS} (?P<about>[^?!,;:]+?)s (?:nya )?{_SEAT}",
            ),
        ),
        (
            RegisterTopic.CONTACT,
            (
                rf"(?:vem|vilka|vad heter|vem {_IS} det som) ?{_IS}? ?(?:er |våran? )?{_SEAT} {_AT} {_PLACE}",
                rf"(?:vem|vilka|vilken) (?:har (?:ni|vi|du) som )?{_SEAT} (?:{_IS} det |finns (?:det )?|har (?:ni|vi) )?"
                rf"{_AT} {_PLACE}",
                rf"vilka {_SEAT} har {_PLACE}",
                rf"(?:alla )?{_SEAT} {_AT} {_PLACE}",
                rf"{_SEAT} (?P<about>[A-ZÅÄÖ][^?!,;:]+?)",
                rf"(?:vem|vilka|vad heter) ?{_IS}? (?P<about>[^?!,;:]+?s?) {_SEAT}",
                rf"har {_PLACE} (?:någon|nån|några|en) {_SEAT}",
                rf"finns det (?:någon|nån|några|en) {_SEAT} {_AT} {_PLACE}",
                rf"(?:vem|vilka) (?:ska|kan|bör) (?:jag|vi|man) (?:kontakta|prata med|höra av (?:mig|oss) till|ringa|mejla|"
                rf"skriva till) {_AT} {_PLACE}",
                rf"(?:vem|vilka) kontaktar (?:jag|vi|man) {_AT} {_PLACE}",
                rf"hur (?:når|kontaktar) (?:jag|vi|man) {_SEAT} {_AT} {_PLACE}",
                rf"(?:kontaktuppgifter(?:na)?|mejl(?:en|adress(?:en)?)?|mail(?:en|adress(?:en)?)?|telefonnummer) {_AT} "
                rf"{_SEAT} {_AT} {_PLACE}",
            ),
        ),
        (
            RegisterTopic.COUNT,
            (
                rf"hur många (?:{_IS}|har blivit) (?:vi|ni|{_MEMBER})(?: totalt| sammanlagt| just)?{_NET}(?: i {_PLACE})?",
                rf"hur många {_KIN} (?:{_IS}|har blivit) {_MEMBER}{_NET}(?: i {_PLACE})?",
                rf"hur många {_KIN} i {_PLACE} {_IS} {_MEMBER}{_NET}",
                rf"hur många i {_PLACE} {_IS} {_MEMBER}{_NET}",
                r"hur många (?:medlemmar|medlemskommuner|ekokommuner|kommuner) har (?:ni|vi|sekom|nätverket|föreningen|"
                rf"sveriges ekokommuner)(?: i {_PLACE})?",
                rf"hur många (?:medlemmar|medlemskommuner|ekokommuner)(?: finns(?: det)?| {_IS} det)?{_NET}(?: i {_PLACE})?",
                rf"(?:antal(?:et)?|totalt antal) (?:medlemmar|medlemskommuner|ekokommuner){_NET}(?: i {_PLACE})?",
            ),
        ),
        (
            RegisterTopic.MEMBERS,
            (
                rf"vilka(?: {_KIN})?(?: alla)? (?:{_IS}|har blivit) {_MEMBER}(?:mer|mar|er)?{_NET}(?: i {_PLACE})?",
                rf"vilka(?: {_KIN})? i {_PLACE} {_IS} {_MEMBER}(?:er)?{_NET}",
                rf"vilka (?:medlemmar|medlemskommuner|ekokommuner) (?:har (?:ni|vi|sekom|nätverket)|finns(?: det)?|{_IS} det)"
                rf"{_NET}(?: i {_PLACE})?",
                rf"vilka kommuner {_IS} ekokommuner(?: i {_PLACE})?",
                rf"(?:en )?(?:lista|visa|lista på|lista över|visa lista på|visa alla)(?: alla)? (?:medlemmar(?:na)?|"
                rf"medlemskommuner(?:na)?|ekokommuner(?:na)?){_NET}(?: i {_PLACE})?",
                rf"medlemslistan?|(?:medlemmar|medlemskommuner|ekokommuner) i {_PLACE}",
            ),
        ),
        (
            RegisterTopic.MEMBER,
            (
                rf"(?:om )?{_IS} {_PLACE} {_YET}{_MEMBER}{_NET}",
                rf"om {_PLACE} {_IS} {_YET}{_MEMBER}{_NET}",
                rf"{_PLACE} {_IS} {_YET}{_MEMBER}{_NET}",
                rf"(?:har|gick) {_PLACE} (?:gått |blivit )?(?:med|medlem){_NET}",
                rf"(?:tillhör|hör) {_PLACE} (?:till )?(?:sekom|nätverket|ekokommunerna|sveriges ekokommuner)",
                rf"(?:när|hur länge|sedan när|sen när) (?:blev|har|{_IS}|gick) {_PLACE} (?:varit )?{_MEMBER}{_NET}",
                rf"{_PLACE} (?:medlem|ekokommun)",
            ),
        ),
        (RegisterTopic.HELP, (rf"{_WHO} {_CAN} {_PLACE}", rf"{_ASK_WHOM} {_PLACE}")),
    )
    for pattern in patterns
)
_COMPILED = [(topic, re.compile(pattern, re.IGNORECASE)) for topic, pattern in _PATTERNS]

_OURS = re.compile(r"(?:vår|våran|vårt|min|er|eran?|vi|oss|ni|mig)(?: (?:kommun|region|stad|egen kommun))?", re.IGNORECASE)
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
_NO_SUBJECT_START = frozenset("hur vad va varför att när om det den detta dem oss mig sånt sådant vem vilka var".split())
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
    place = re.fullmatch(rf"(?:och|å|men) (?:(?:i|för|hos) )?{_PLACE}", said, re.IGNORECASE)
    place = place or re.fullmatch(rf"(?:(?:i|för|hos) )?{_PLACE} då", " ".join(text.split()).rstrip("?!. "), re.IGNORECASE)
    about = place["about"].strip() if place else ""
    return replace(last, about=about, own=False) if about and _is_place(about) else None


_ABOUT_ALL = (RegisterTopic.COUNT, RegisterTopic.MEMBERS)
"""About the whole network or a county, and not about a single municipality."""
STATEMENTS = (RegisterTopic.LEFT_JOB, RegisterTopic.LEFT_SEAT, RegisterTopic.NEW_SEAT)
"""What people say about themselves."""
_FOLLOWING = (
    (RegisterTopic.COUNT, re.compile(rf"(?:och |men )?hur många(?: {_IS} (?:det|de|dom|vi|ni))?(?: där)?", re.IGNORECASE)),
    (RegisterTopic.MEMBERS, re.compile(rf"(?:och |men )?vilka(?: {_IS} (?:det|de|dom))?(?: där)?", re.IGNORECASE)),
    (
        RegisterTopic.CONTACT,
        re.compile(rf"(?:och |men )?vem(?: {_IS} (?:det|deras kontaktperson|kontaktperson))?(?: där)?", re.IGNORECASE),
    ),
    (RegisterTopic.MEMBER, re.compile(rf"(?:och |men )?{_IS} (?:de|dom|den|kommunen) {_MEMBER}{_NET}", re.IGNORECASE)),
)


def _question(text: str) -> RegisterQuestion | None:
    said = _stripped(text)
    if not said or len(said.split()) > LONGEST:
        return None
    for topic, pattern in _COMPILED:
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
