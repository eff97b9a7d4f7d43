"""What newcomers and contact persons say and press about matching."""

from __future__ import annotations

from bot.cards import one_line
from bot.form_fields import text
from bot.matches import cards, notices, own_cards, people, rules
from bot.matches.own_cards import OwnPage
from bot.message import Reply, UserError, say, state
from bot.register.access import visible
from bot.register.change import Change
from bot.routes import Routes, Where
from bot.swedish import date_of
from bot.turn import Turn
from storage import match_profiles, pairs
from storage import people as stored_people
from storage.pairs import Meeting, PairPart, PairState
from storage.people import Person, VisibleTo

routes = Routes[Turn](where=Where.PERSONAL)


@routes.command(
    "min match",
    help="Få en kontaktperson i en annan kommun, eller var det för någon ny.",
    aliases=("matchning", "mina matchningar", "hitta en kontaktperson"),
    button="pair.mine",
)
def mine(turn: Turn) -> Reply:
    """Show what the person has going on, wants and offers."""
    return say(card=own_cards.mine(_page(turn), date_of(turn.now)))


@routes.command(
    "matcha mig inte med",
    help="Välj bort någon, som aldrig får veta det.",
    takes="namn",
)
def avoid_by_name(turn: Turn) -> Reply:
    """Never match the person with somebody."""
    return say(card=own_cards.mine(_page(turn), date_of(turn.now), _avoid(turn, turn.argument)))


@routes.action("pair.want")
def want(turn: Turn) -> Reply:
    """Say what one wrestles with and that one wants a contact person, and show three to choose from."""
    rules.want(Change.of(turn), turn.person.id, wanted=True)
    _keep_wish(turn)
    return choose(turn)


@routes.action("pair.wish")
def save_wish(turn: Turn) -> Reply:
    """Save what one wrestles with."""
    _keep_wish(turn)
    return _own(turn, "Sparat.")


@routes.action("pair.unwant")
def unwant(turn: Turn) -> Reply:
    """Want no contact person any more, and take back a request that is not answered."""
    change = Change.of(turn)
    rules.want(change, turn.person.id, wanted=False)
    for meeting in pairs.of_person(turn.session, turn.person.id, [PairState.ASKED]):
        own = meeting.own(turn.person.id)
        if own is not None and own.part == PairPart.NEWCOMER:
            rules.end(change, meeting)
    return _own(turn, "Noterat. Du står inte längre i kö.")


@routes.action("pair.offer")
def offer(turn: Turn) -> Reply:
    """Say how many newcomers one takes at a time. The matches that are on stay."""
    chosen = text(turn.data, "most")
    if chosen not in map(str, range(rules.MOST_PLACES + 1)):
        raise UserError(f"Välj ett antal i listan, högst {rules.MOST_PLACES}.")
    profile = match_profiles.ensure(turn.session, turn.person.id, turn.now)
    profile.most, profile.paused, profile.unanswered = int(chosen), profile.paused and chosen == "0", 0
    turn.session.flush()
    thanks = (
        "Tack! Jag frågar dig varje gång någon vill ha just dig." if profile.most else "Du får inga nya förfrågningar."
    )
    return _own(turn, thanks)


@routes.action("pair.avoid")
def avoid(turn: Turn) -> Reply:
    """Never match the person with somebody: the one on the card, or the one whose name is written."""
    if "person" not in turn.data:
        return _own(turn, _avoid(turn, text(turn.data, "name")))
    other = rules.named(turn)
    _never(turn, other)
    return choose(turn, f"Noterat. Du matchas inte med {other.called}.")


@routes.action("pair.forgive")
def forgive(turn: Turn) -> Reply:
    """Forget whom the person does not want to be matched with."""
    pairs.meet_again(turn.session, turn.person.id)
    return _own(turn, "Nu är ingen bortvald.")


@routes.action("pair.pause")
def pause(turn: Turn) -> Reply:
    """Take part in no rounds. Requests that wait go to others, and newcomers with a match are told."""
    change = Change.of(turn)
    rules.pause(change, turn.person.id, paused=True)
    for meeting in pairs.of_person(turn.session, turn.person.id):
        own = meeting.own(turn.person.id)
        if own is None or own.part != PairPart.CONTACT:
            continue
        if meeting.pair.state == PairState.ASKED:
            pass_on(turn, meeting)
        else:
            for newcomer in meeting.newcomers:
                title = f"{turn.person.called} tar paus som kontaktperson"
                ways = "Ni kan fortfarande höra av er till varandra. Vill du hellre byta, skriv min match."
                notices.news(change, meeting, newcomer.id, title, ways)
    return _own(turn, "Du tar paus. Det du redan har på gång ligger kvar.")


@routes.action("pair.resume")
def resume(turn: Turn) -> Reply:
    """Take part again."""
    rules.pause(Change.of(turn), turn.person.id, paused=False)
    return _own(turn, "Välkommen tillbaka! Du är med i matchningen igen.")


routes.erasing(notices.forgetting)


def _keep_wish(turn: Turn) -> None:
    wish = text(turn.data, "wrestles")
    if len(wish) > rules.LONGEST_WISH:
        raise UserError(f"Skriv lite kortare, högst {rules.LONGEST_WISH} tecken.")
    if "wrestles" in turn.data:
        match_profiles.ensure(turn.session, turn.person.id, turn.now).wrestles_with = wish
        turn.session.flush()


def pass_on(turn: Turn, meeting: Meeting) -> None:
    """Pass on a request, and give the newcomer the next candidates."""
    change = Change.of(turn)
    rules.answer(change, meeting, yes=False)
    for newcomer in meeting.newcomers:
        notices.news(
            change, meeting, newcomer.id, rules.NO_LONGER.format(turn.person.called), "Det säger inget om dig."
        )


def choose(turn: Turn, note: str = "") -> Reply:
    """Show candidates to a newcomer who waits; to anybody else *Min match*."""
    change = Change.of(turn)
    if people.load(turn.session, change.today).find(turn.person.id) is None:
        return _own(turn, note)
    found = rules.candidates(change, turn.person.id)
    pairs.note_offer(turn.session, turn.person.id, turn.now)
    return state(cards.candidates(found, note))


def _own(turn: Turn, note: str = "") -> Reply:
    return state(own_cards.mine(_page(turn), date_of(turn.now), note))


def _page(turn: Turn) -> OwnPage:
    number = turn.person.id
    open_pairs = [meeting for meeting in pairs.of_person(turn.session, number) if meeting.others(number)]
    return OwnPage(
        match_profiles.of_person(turn.session, number),
        [notices.view(turn.session, meeting, number) for meeting in open_pairs],
        turn.person.visible_to != VisibleTo.NETWORK,
        len(pairs.avoided(turn.session).get(number, ())),
    )


def _avoid(turn: Turn, name: str) -> str:
    """Store everybody with this name whom the person may be told of. Return what to say."""
    wanted = " ".join(name.casefold().split())
    if not wanted:
        raise UserError("Skriv namnet på den du inte vill matchas med.")
    named = stored_people.ids_by_name(turn.session).get(wanted, [])
    found = [person for number in named if (person := stored_people.by_id(turn.session, number)) is not None]
    shown = [
        person for person in found if person.id != turn.person.id and visible(turn, person.municipality_code)(person)
    ]
    if not shown:
        raise UserError(f"Jag hittar ingen som heter ”{one_line(name)}”. Skriv för- och efternamn som i Teams.")
    for person in shown:
        _never(turn, person)
    return f"Noterat. Du matchas inte med {shown[0].called}."


def _never(turn: Turn, other: Person) -> None:
    """Avoid somebody, and pass on or take back what waits between the two."""
    pairs.avoid(turn.session, turn.person.id, other.id)
    for meeting in pairs.of_person(turn.session, turn.person.id, [PairState.ASKED]):
        own = meeting.own(turn.person.id)
        if own is None or other not in meeting.others(turn.person.id):
            continue
        if own.part == PairPart.CONTACT:
            pass_on(turn, meeting)
        else:
            rules.end(Change.of(turn), meeting)
