"""What may become of a request for a contact person, and of a match. Every handler loads its pair here.

=====================  ===================================  ===============================
object                 may be seen by                       may be changed by
=====================  ===================================  ===============================
request                the newcomer and the contact person  the contact person (answer) and
                                                            the newcomer (take back)
match                  the people in it                     the people in it
who waits and offers   the kansli                           themselves
=====================  ===================================  ===============================

A newcomer sees the names of contact persons who offered and are visible to the whole network.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from bot import swedish
from bot.matches import matching, people
from bot.matches.matching import Candidate, MatchPerson, PairPlan
from bot.message import UserError
from bot.register.change import Change
from bot.swedish import STOCKHOLM
from bot.turn import Turn
from storage import match_profiles, pairs
from storage import people as stored_people
from storage.database import is_id
from storage.match_profiles import MatchProfile
from storage.pairs import Meeting, Pair, PairPart, PairState
from storage.people import Person

ANSWER_DAYS = 5
"""Working days that a contact person has to answer a request."""
ASKED_AFTER = timedelta(days=14)
"""From the introduction to *Träffades ni?*."""
CLOSED_AFTER = timedelta(days=14)
"""From that question to the end of a match about which nobody says anything."""
OFFERED_AGAIN = timedelta(days=14)
"""From one offer of contact persons to the next, if the newcomer chooses nobody."""
MOST_UNANSWERED = 3
"""Rounds without an answer after which a person is paused (anchors.md, Onboarding)."""
MOST_PLACES = 5
"""The highest cap that a contact person can choose."""
LONGEST_WISH, LONGEST_COMMENT = 500, 300
NO_LONGER = "{} kan inte just nu"
"""Said to a newcomer whose request is passed on."""
GONE = "Det där gäller inte längre. Skriv **min match**, så ser du hur det står till nu."


def asked_me(turn: Turn) -> Meeting:
    """Return the unanswered request that a button names, for its contact person."""
    meeting = _mine(turn)
    own = meeting.own(turn.person.id)
    here = any(person.left_at is None for person in meeting.newcomers)
    if meeting.pair.state != PairState.ASKED or own is None or own.part != PairPart.CONTACT or not here:
        raise UserError(GONE)
    return meeting


def my_request(turn: Turn) -> Meeting:
    """Return the unanswered request that a button names, for the newcomer who made it."""
    meeting = _mine(turn)
    own = meeting.own(turn.person.id)
    if meeting.pair.state != PairState.ASKED or own is None or own.part != PairPart.NEWCOMER:
        raise UserError(GONE)
    return meeting


def my_match(turn: Turn, *, ended: bool = False) -> Meeting:
    """Return the match that a button names, for a person in it. With ``ended`` also one that is over."""
    meeting = _mine(turn)
    states = (PairState.MATCHED, PairState.MET, PairState.OVER) if ended else (PairState.MATCHED,)
    if meeting.pair.state not in states:
        raise UserError(GONE)
    return meeting


def _mine(turn: Turn) -> Meeting:
    meeting = pairs.find(turn.session, turn.data.get("pair"))
    if meeting is None or meeting.own(turn.person.id) is None:
        raise UserError(GONE)
    return meeting


def named(turn: Turn) -> Person:
    """Return the person that a button names, if a card may show them: a candidate, or somebody in an own pair."""
    wanted, mine = turn.data.get("person"), turn.person.id
    states = tuple(PairState)
    met = [other for meeting in pairs.of_person(turn.session, mine, states) for other in meeting.others(mine)]
    may_choose = {candidate.contact.id for candidate in candidates(Change.of(turn), mine)}
    person = stored_people.by_id(turn.session, wanted)
    if person is None or (person.id not in may_choose and person not in met):
        raise UserError(GONE)
    return person


def candidates(change: Change, person_id: int) -> list[Candidate]:
    """Return the contact persons whom a newcomer may choose now. None if they do not wait for one."""
    pool = people.load(change.session, change.today)
    newcomer = pool.find(person_id)
    return matching.candidates(newcomer, pool.offering, pool.history) if newcomer else []


def ask(turn: Turn) -> Meeting | None:
    """Ask the contact person that a button names, if the person who presses may choose them.

    Return None if they can't be chosen any more, as when the last place was just taken.
    """
    change, newcomer_id, named = Change.of(turn), turn.person.id, turn.data.get("contact")
    wanted = named if is_id(named) else 0
    locked = pairs.lock_people(change.session, {newcomer_id, wanted})
    own, pool = locked.get(newcomer_id), people.load(change.session, change.today)
    newcomer = pool.find(newcomer_id)
    if own is None or newcomer is None:
        raise UserError("Du har redan frågat någon, har en match eller tar paus. Skriv **min match**, så ser du vad.")
    contact = next((person for person in pool.offering if person.id == wanted), None)
    if contact is None or not matching.candidates(newcomer, [contact], pool.history):
        return None
    own.unanswered = 0
    return pairs.make(change.session, PairState.ASKED, [newcomer_id], contact.id, change.now)


def answer(change: Change, meeting: Meeting, *, yes: bool) -> None:
    """Accept a request, or pass on."""
    pairs.move(change.session, meeting.pair, PairState.MATCHED if yes else PairState.PASSED, change.now)
    if meeting.contact is not None:
        match_profiles.ensure(change.session, meeting.contact.id, change.now).unanswered = 0


def say_met(change: Change, meeting: Meeting, person_id: int, *, met: bool, comment: str) -> None:
    """Store a person's answer to *Träffades ni?*. The first yes ends the match, and the newcomer waits no more."""
    own = meeting.own(person_id)
    if own is None:
        raise UserError(GONE)
    own.met, own.comment = met, comment or own.comment
    profile = match_profiles.ensure(change.session, person_id, change.now)
    profile.unanswered = 0
    if met and meeting.pair.state == PairState.MATCHED:
        pairs.move(change.session, meeting.pair, PairState.MET, change.now)
        for newcomer in meeting.newcomers if meeting.contact is not None else ():
            match_profiles.ensure(change.session, newcomer.id, change.now).wanted_at = None
    change.session.flush()


def end(change: Change, meeting: Meeting) -> None:
    """End a match or a request. A newcomer who still wants a contact person waits again."""
    asked = meeting.pair.state == PairState.ASKED
    pairs.move(change.session, meeting.pair, PairState.WITHDRAWN if asked else PairState.OVER, change.now)


def want(change: Change, person_id: int, *, wanted: bool) -> None:
    """Say that a person wants a contact person, or does not."""
    profile = match_profiles.ensure(change.session, person_id, change.now)
    if not wanted:
        profile.wanted_at = None
    elif profile.wanted_at is None:
        profile.wanted_at = change.now
    if wanted:
        profile.paused, profile.unanswered = False, 0
    change.session.flush()


def pause(change: Change, person_id: int, *, paused: bool) -> None:
    """Take part in no rounds until the person says so, or take part again."""
    profile = match_profiles.ensure(change.session, person_id, change.now)
    profile.paused, profile.unanswered = paused, 0
    change.session.flush()


def miss_round(profile: MatchProfile) -> bool:
    """Count a round that a person did not answer. Return whether that pauses them."""
    profile.unanswered += 1
    profile.paused = profile.paused or profile.unanswered >= MOST_UNANSWERED
    return profile.paused


def make_all(change: Change, seen: object) -> Sequence[Meeting] | None:
    """Pair everybody who waits, as the kansli saw it. Return None, and do nothing, if the plan is another one now."""
    pool = people.load(change.session, change.today)
    everybody = {person.id for person in (*pool.waiting, *pool.offering)}
    pairs.lock_people(change.session, everybody)
    made = plan(change)
    if stamp(made) != seen:
        return None
    return [
        pairs.make(change.session, PairState.MATCHED, pair.newcomers, pair.contact, change.now) for pair in made.pairs
    ]


def plan(change: Change) -> PairPlan:
    """Return the pairs of everybody who waits now."""
    pool = people.load(change.session, change.today)
    return matching.pair_all(pool.waiting, pool.offering, pool.history)


def stamp(made: PairPlan) -> str:
    """Return a text that is the same for the same pairs."""
    return ";".join(sorted(f"{'+'.join(map(str, sorted(pair.newcomers)))}>{pair.contact}" for pair in made.pairs))


def answer_by(pair: Pair) -> datetime:
    """Return until when a request can be answered."""
    return swedish.working_days_after(pair.since, ANSWER_DAYS)


def ask_met_at(pair: Pair) -> datetime | None:
    """Return when to ask whether they met: two weeks after the introduction, and after the day they chose."""
    if pair.introduced_at is None:
        return None
    first = pair.introduced_at + ASKED_AFTER
    if pair.meets_on is None:
        return first
    return max(first, datetime.combine(pair.meets_on + timedelta(days=1), time(9), STOCKHOLM))


def close_at(pair: Pair) -> datetime | None:
    """Return when a match ends that nobody says anything about."""
    asked = ask_met_at(pair)
    return None if asked is None else swedish.next_open(swedish.next_open(asked) + CLOSED_AFTER)


def known(change: Change, meeting: Meeting) -> dict[int, MatchPerson]:
    """Return what matching knows of the people in a pair."""
    return dict(people.of(change.session, [person for _, person in meeting.members]))
