"""What Teams tells of messages and channels that are there already: edited, deleted, brought back. Pure functions."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from botbuilder.schema import Activity

from bot.message import Incoming, Kind, Scope
from bot.teams.activities import LONGEST, checked, from_message, is_private, place_of, sender_of
from bot.teams.text import written


def from_change(activity: Activity, kind: Kind) -> Incoming | None:
    """A message in a channel's thread that its writer edited or deleted; None for any other place.

    The event has the message's own id, so when it happened makes it one of its own.
    """
    place, message_id = place_of(activity), checked(activity.id, "id")
    if place.scope is not Scope.CHANNEL or is_private(activity) or not message_id:
        return None
    words = written(activity) if kind is Kind.EDITED else ""
    sender = sender_of(activity.from_property)
    return Incoming(_event_id(activity, kind.value), kind, sender, place, words, message_id=message_id)


def from_restored(activity: Activity) -> Incoming | None:
    """A message that was deleted and is back, as if it were written now; None outside of channels."""
    incoming = from_message(activity)
    if incoming is None or incoming.kind is not Kind.MESSAGE or incoming.place.scope is not Scope.CHANNEL:
        return None
    return replace(incoming, activity_id=_event_id(activity, "restored"), message_id=incoming.activity_id)


def from_channel_deleted(activity: Activity) -> Incoming | None:
    """A channel was deleted (``channelDeleted``); None where it is not said which."""
    channel = (activity.channel_data or {}).get("channel")
    conversation_id = checked(channel.get("id"), "conversation") if isinstance(channel, dict) else None
    if not conversation_id:
        return None
    place = replace(place_of(activity), conversation_id=conversation_id, scope=Scope.CHANNEL, thread_id=None)
    return Incoming(
        checked(activity.id, "id") or uuid4().hex, Kind.CHANNEL_GONE, sender_of(activity.from_property), place
    )


def from_team_deleted(activity: Activity) -> Incoming | None:
    """A team was deleted (``teamDeleted``); None where it is not said which."""
    place = place_of(activity)
    if place.team_id is None:
        return None
    place = replace(place, scope=Scope.CHANNEL, thread_id=None)
    return Incoming(checked(activity.id, "id") or uuid4().hex, Kind.TEAM_GONE, sender_of(activity.from_property), place)


def event_of(activity: Activity) -> str:
    """Return what Teams says happened (``eventType``); empty where it says nothing."""
    event = (activity.channel_data or {}).get("eventType")
    return event if isinstance(event, str) else ""


def _event_id(activity: Activity, what: str) -> str:
    """Return an id for what happened to a message, because the event has the message's own."""
    at = activity.timestamp.isoformat() if activity.timestamp else uuid4().hex
    return f"{what}:{at}:{activity.id}"[: LONGEST["id"]]
