"""Activities to what the core takes, and its replies to activities and invoke answers. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from typing import Any
from uuid import uuid4

from botbuilder.schema import Activity, Attachment, ChannelAccount

from bot.message import Incoming, Json, Kind, Message, Place, Reply, Scope, Sender
from bot.plain_text import clean_line, visible
from bot.teams import marks
from bot.teams.gate import tenant_of
from bot.teams.refusal import RefusedError, malformed
from bot.teams.text import LONGEST as LONGEST_TEXT
from bot.teams.text import mentions_bot, quoted, written

CARD = "application/vnd.microsoft.card.adaptive"
NOTICE = "application/vnd.microsoft.activity.message"
ERROR = "application/vnd.microsoft.error"
DONE = "Klart."
"""What an invoke is answered with that changes no card: it must be answered with something."""
LONGEST = {"guid": 64, "thread": 100, "id": 200, "conversation": 300, "service URL": 500}
"""Characters, as the database keeps them and more than Teams ever needs; what is longer is no real activity."""
LONGEST_NAME = 200
"""Characters of a person's name that are kept; Entra allows 256."""
MOST_LISTED = 1_000
"""Values of a list in a button's data."""
_PLAIN = (str, int, float, bool, type(None))
_THREAD = ";messageid="
_NOT_ATTACHED = frozenset({"text/html", "messageReference", "forwardedMessageReference"})
"""Teams' own: the text's HTML copy, and the message that it quotes or forwards."""
_A_BOT = "28:"
"""How Teams begins the id of an app; a person's begins with ``29:``."""


class OutgoingActivity(Activity):
    """An activity of ours. Not deep-copied: TurnContext would copy what it sends, and a card may have 20 kB."""

    def __deepcopy__(self, memo: object) -> OutgoingActivity:
        del memo
        return copy(self)


class AsideActivity(OutgoingActivity):
    """An activity for the person who caused the turn. Others see it only if Teams can't show it to one person."""


def from_message(activity: Activity) -> Incoming | None:
    """What somebody wrote, or the button they pressed where the client sends buttons as messages.

    None for what was not meant for the bot: in groups and channels, everything that does not mention it. Raises
    :class:`RefusedError` (400) where the sender or the conversation is missing.
    """
    place = place_of(activity)
    value = activity.value
    if isinstance(value, dict) and isinstance(value.get("verb"), str):
        return _pressed(activity, place, value["verb"], value)
    private = is_private(activity)
    if place.scope is not Scope.PERSONAL and not private and not mentions_bot(activity):
        return None
    return Incoming(
        activity_id=_activity_id(activity),
        kind=Kind.MESSAGE,
        sender=sender_of(activity.from_property),
        place=place,
        text=written(activity),
        attachments=tuple(_content_types(activity)),
        quotes=_quotes(activity) if place.scope is Scope.PERSONAL else None,
        private=private,
    )


def overheard(activity: Activity) -> Incoming | None:
    """A person's reply in a channel's thread that does not mention the bot; None for anything else."""
    place = place_of(activity)
    sender = activity.from_property
    if place.scope is not Scope.CHANNEL or is_private(activity) or sender is None or not sender.id:
        return None
    if place.thread_id in (None, activity.id):
        return None
    if sender.id.startswith(_A_BOT) or (activity.recipient and sender.id == activity.recipient.id):
        return None
    words, attached = written(activity), tuple(_content_types(activity))
    return Incoming(_activity_id(activity), Kind.OVERHEARD, sender_of(sender), place, words, attachments=attached)


def from_card_action(activity: Activity) -> Incoming | None:
    """The button pressed (``adaptiveCard/action``), or None for a card that asks to be refreshed by itself.

    Raises :class:`RefusedError` (400) for a value that names no verb.
    """
    value = activity.value
    action = value.get("action") if isinstance(value, dict) else None
    if not isinstance(action, dict):
        raise malformed("the value has no action")
    if value.get("trigger") == "automatic":
        return None
    data = action.get("data")
    data = data if isinstance(data, dict) else {}
    verb = action.get("verb") or data.get("verb")  # Action.Submit has no verb of its own
    if not isinstance(verb, str):
        raise malformed("the action has no verb")
    return _pressed(activity, place_of(activity), verb, data)


def from_installation(activity: Activity) -> Incoming:
    """The bot was added, by the sender. Raises :class:`RefusedError` (400) where somebody is missing."""
    return _arrived(activity, _activity_id(activity), activity.from_property)


def from_members_added(activity: Activity) -> list[Incoming]:
    """The bot's own arrival, or else that of each person; with no call to ask who they are.

    Raises :class:`RefusedError` (400) where somebody is missing.
    """
    bot = activity.recipient.id if activity.recipient else None
    added = activity.members_added or []
    if any(member.id == bot for member in added):
        return [from_installation(activity)]
    identity = _activity_id(activity)
    return [_arrived(activity, f"{identity};{number}", member) for number, member in enumerate(added)]


def from_members_removed(activity: Activity) -> Incoming | None:
    """People left a team; None for any other conversation, and where the bot itself was taken out.

    Raises :class:`RefusedError` (400) where somebody is missing.
    """
    bot = activity.recipient.id if activity.recipient else None
    removed = {member.id for member in activity.members_removed or ()}
    place = place_of(activity)
    if bot in removed or not removed or place.team_id is None:
        return None
    return Incoming(_activity_id(activity), Kind.LEFT, sender_of(activity.from_property), place)


def place_of(activity: Activity) -> Place:
    """Where it happened. Raises :class:`RefusedError` (400) without a conversation, (403) for two tenants.

    A kind of conversation that we don't know counts as a group, where the bot says nothing personal.
    """
    conversation = activity.conversation
    service_url = checked(activity.service_url, "service URL")
    if conversation is None or not service_url:
        raise malformed("there is no conversation or service URL")
    kind = conversation.conversation_type
    scope = Scope(kind) if kind in (Scope.PERSONAL, Scope.CHANNEL) else Scope.GROUP
    conversation_id, _, root = (checked(conversation.id, "conversation") or "").partition(_THREAD)
    if not conversation_id:
        raise malformed("the conversation has no id")
    team = (activity.channel_data or {}).get("team")
    team_id = team.get("id") if isinstance(team, dict) else None
    return Place(
        conversation_id=conversation_id,
        scope=scope,
        service_url=service_url,
        tenant_id=checked(tenant_of(activity), "guid"),
        team_id=checked(team_id, "conversation"),
        thread_id=checked(root, "thread") or thread_of(activity),
    )


def is_private(activity: Activity) -> bool:
    """Return whether only the sender and the bot see the activity: a targeted message, or a press on one's card."""
    recipient = activity.recipient
    if recipient is not None and recipient.additional_properties.get("isTargeted") is True:
        return True
    alone = activity.conversation is not None and activity.conversation.conversation_type == Scope.PERSONAL
    return not alone and marks.is_marked(activity.value)


def thread_of(activity: Activity) -> str | None:
    """Return the id of the channel's thread as newer clients tell it; older ones write it in the conversation's id."""
    if activity.conversation is None or activity.conversation.conversation_type != Scope.CHANNEL:
        return None
    thread = (activity.channel_data or {}).get("thread")
    return checked(thread.get("id"), "thread") or None if isinstance(thread, dict) else None


def message_activity(message: Message) -> Activity:
    """One message as an activity; a card's text is its summary, which notifications and screen readers say."""
    kind = AsideActivity if message.aside else OutgoingActivity
    if message.card is None:
        return kind(type="message", text=message.text, text_format="markdown")
    return _with_card(kind, message.card, message.text or None)


def card_activity(card: Json, summary: str | None = None, activity_id: str | None = None) -> Activity:
    """A card as an activity: a new message, or with ``activity_id`` what that message becomes."""
    return _with_card(OutgoingActivity, card, summary, activity_id)


def _with_card(
    kind: type[OutgoingActivity], card: Json, summary: str | None, activity_id: str | None = None
) -> Activity:
    content = [Attachment(content_type=CARD, content=card)]
    return kind(type="message", id=activity_id, summary=summary or card.get("fallbackText"), attachments=content)


def invoke_answer(reply: Reply, *, private: bool) -> Json:
    """What a press is answered with: the card that takes the pressed one's place, or a notice with it."""
    card = reply.view or reply.state
    if card is not None:
        return {"statusCode": 200, "type": CARD, "value": marks.marked(card) if private else card}
    return {"statusCode": 200, "type": NOTICE, "value": reply.notice or DONE}


def invoke_error(status: int, code: str, message: str) -> Json:
    """What an invoke is answered with that we can't do."""
    return {"statusCode": status, "type": ERROR, "value": {"code": code, "message": message}}


def _pressed(activity: Activity, place: Place, verb: str, data: Mapping[str, Any]) -> Incoming:
    return Incoming(
        activity_id=_activity_id(activity),
        kind=Kind.ACTION,
        sender=sender_of(activity.from_property),
        place=place,
        verb=verb,
        data=_button_data(data),
        card_id=checked(activity.reply_to_id, "id"),
        private=is_private(activity),
    )


def _button_data(data: Mapping[str, Any]) -> Json:
    """Return a button's data and inputs: plain values and tuples of them, so that a handler may look each one up.

    Raises :class:`RefusedError` (413) for one longer than any form of ours takes.
    """
    ours = ("verb", "msteams", marks.MARK)
    plain = {key: value for key, value in data.items() if key not in ours and _is_plain(value)}
    if any(isinstance(value, str) and len(value) > LONGEST_TEXT for value in plain.values()):
        raise RefusedError(413, "a button's value is too long")
    return {key: _kept(value) for key, value in plain.items()}


def _kept(value: object) -> object:
    """Return a button's value as it is looked up and stored. An input holds what people see, as a message does."""
    if isinstance(value, list):
        return tuple(value)
    return visible(value) if isinstance(value, str) else value


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return len(value) <= MOST_LISTED and all(isinstance(part, _PLAIN) for part in value)
    return isinstance(value, _PLAIN)


def _arrived(activity: Activity, activity_id: str, who: ChannelAccount | None) -> Incoming:
    return Incoming(activity_id=activity_id, kind=Kind.INSTALLED, sender=sender_of(who), place=place_of(activity))


def _activity_id(activity: Activity) -> str:
    """Repeats are known by it, so what has none (hand-made activities) gets one that nothing else has."""
    return checked(activity.id, "id") or uuid4().hex


def checked(value: Any, what: str) -> str | None:
    """Return a string, or None for anything else. Raises :class:`RefusedError` (400) for one that is too long."""
    if not isinstance(value, str):
        return None
    if len(value) > LONGEST[what]:
        raise malformed(f"a {what} is too long")
    return value


def sender_of(account: ChannelAccount | None) -> Sender:
    """Return who sent an activity. Raises :class:`RefusedError` (400) where nobody did."""
    teams_id = checked(account.id, "id") if account else None
    if account is None or not teams_id:
        raise malformed("there is no sender")
    name = clean_line(account.name or "", LONGEST_NAME)
    entra_id = (checked(account.aad_object_id, "guid") or "").lower()  # GUIDs are compared with the settings'
    return Sender(teams_id=teams_id, entra_id=entra_id or None, name=name)


def _quotes(activity: Activity) -> str | None:
    """Return the id of the message that a person quotes. An id that is too long to be one is left out."""
    told = quoted(activity)
    return told if told and len(told) <= LONGEST["id"] else None


def _content_types(activity: Activity) -> Iterator[str]:
    for attachment in activity.attachments or ():
        if attachment.content_type and attachment.content_type not in _NOT_ATTACHED:
            yield attachment.content_type
