"""Handlers for theme groups: members list and follow them; the kansli ties, names, closes and staffs them."""

from __future__ import annotations

from bot.groups import cards, rules
from bot.message import NOTHING, Json, Reply, Scope, UserError, say, state
from bot.register import access
from bot.register.change import Change
from bot.routes import Role, Routes, Where
from bot.turn import Turn
from storage import groups, people, places, questions
from storage.groups import ThemeGroup

routes = Routes[Turn]()


@routes.command(
    "temagrupper",
    help="Se temagrupperna, vad som är på gång och vilka du följer.",
    aliases=("temagrupp", "temagrupperna", "grupper"),
    menu=True,
    button="groups.list",
)
def listing(turn: Turn) -> Reply:
    """Show the groups. A person's choices are shown in their own chat only."""
    return say(card=_list(turn))


@routes.command(
    "koppla temagrupp",
    help="Koppla en temagrupp till kanalen du står i.",
    role=Role.KANSLI,
    aliases=("koppla temagruppen",),
    takes="namn",
)
def bind(turn: Turn) -> Reply:
    """Tie a group to this channel. Make the group if none has the name."""
    _in_channel(turn)
    if not turn.argument:
        return say(card=cards.choose(groups.everyone(turn.session)))
    return say(card=_bind(turn, groups.named(turn.session, turn.argument), turn.argument))


def channel_gone(turn: Turn) -> Reply:
    """A channel was deleted: its groups are not offered any more. Reminders tell the kansli and the askers."""
    rules.unbind(Change.of(turn), turn.incoming.place.conversation_id)
    return NOTHING


def team_gone(turn: Turn) -> Reply:
    """A team was deleted: the same for each of its channels. The bot is in none of them any more."""
    for channel in places.channels(turn.session, turn.incoming.place.team_id or ""):
        rules.unbind(Change.of(turn), channel)
        places.forget(turn.session, channel)
    return NOTHING


@routes.action("groups.bind", role=Role.KANSLI)
def press_bind(turn: Turn) -> Reply:
    """Tie the group that the form chose, or a new one with the name in the form."""
    _in_channel(turn)
    name = str(turn.data.get("name") or "").strip()
    return state(_bind(turn, rules.chosen(turn, name), name))


@routes.action("groups.follow", where=Where.PERSONAL)
def follow(turn: Turn) -> Reply:
    """Follow a group, to hear of its new questions."""
    group = rules.required(turn)
    if not group.open:
        raise UserError("Gruppen är stängd, så det kommer inga frågor dit.")
    people.follow(turn.session, turn.person.id, group.theme)
    return state(_list(turn))


@routes.action("groups.unfollow", where=Where.PERSONAL)
def unfollow(turn: Turn) -> Reply:
    """Stop following a group."""
    people.unfollow(turn.session, turn.person.id, rules.required(turn).theme)
    return state(_list(turn))


@routes.action("groups.edit", role=Role.KANSLI, where=Where.PERSONAL)
def edit(turn: Turn) -> Reply:
    """Show a group's form."""
    return _form(turn, rules.managed(turn))


@routes.action("groups.save", role=Role.KANSLI, where=Where.PERSONAL)
def save(turn: Turn) -> Reply:
    """Save the form."""
    group = rules.managed(turn)
    rules.describe(Change.of(turn), group, *(str(turn.data.get(name) or "") for name in ("name", "about", "words")))
    return _form(turn, group, "Sparat.")


@routes.action("groups.close", role=Role.KANSLI, where=Where.PERSONAL)
def close(turn: Turn) -> Reply:
    """Close a group. Its waiting questions stay open."""
    group = rules.managed(turn)
    rules.set_open(Change.of(turn), group, wanted=False)
    return _form(turn, group, "Gruppen är stängd. Den tar inte emot nya frågor.")


@routes.action("groups.open", role=Role.KANSLI, where=Where.PERSONAL)
def reopen(turn: Turn) -> Reply:
    """Open a group again."""
    group = rules.managed(turn)
    rules.set_open(Change.of(turn), group, wanted=True)
    return _form(turn, group, "Gruppen är öppen.")


@routes.action("groups.search", role=Role.KANSLI, where=Where.PERSONAL)
def search(turn: Turn) -> Reply:
    """Show people to choose a moderator from."""
    group = rules.managed(turn)
    matches = rules.found_people(turn.session, str(turn.data.get("who") or ""))
    return state(cards.edit(group, groups.moderators(turn.session, group.id), found=matches))


@routes.action("groups.appoint", role=Role.KANSLI, where=Where.PERSONAL)
def appoint(turn: Turn) -> Reply:
    """Add a moderator to a group."""
    group = rules.managed(turn)
    rules.appoint(Change.of(turn), group, access.person(turn, rules.GONE))
    return _form(turn, group, "Moderatorn är tillagd.")


@routes.action("groups.dismiss", role=Role.KANSLI, where=Where.PERSONAL)
def dismiss(turn: Turn) -> Reply:
    """Remove a moderator from a group."""
    group = rules.managed(turn)
    rules.dismiss(Change.of(turn), group, access.person(turn, rules.GONE))
    return _form(turn, group, "Moderatorn är borttagen.")


def _bind(turn: Turn, group: ThemeGroup | None, name: str) -> Json:
    if group is None:
        new = rules.checked_name(turn.session, name)
        group = groups.make(turn.session, new.casefold()[:60], new, turn.now)
    rules.bind(Change.of(turn), group, turn.incoming.place.conversation_id)
    return cards.bound(group)


def _list(turn: Turn) -> Json:
    shown = [group for group in groups.everyone(turn.session) if group.open or turn.kansli]
    followed = groups.followed_by(turn.session, turn.person.id) if turn.personal else None
    return cards.listing(shown, questions.waiting_counts(turn.session), followed, kansli=turn.kansli)


def _form(turn: Turn, group: ThemeGroup, said: str = "") -> Reply:
    return state(cards.edit(group, groups.moderators(turn.session, group.id), said=said), done=bool(said))


def _in_channel(turn: Turn) -> None:
    if turn.incoming.place.scope is not Scope.CHANNEL:
        raise UserError("Skriv det i gruppens kanal: @SEKOM-boten koppla temagrupp, och namnet.")
