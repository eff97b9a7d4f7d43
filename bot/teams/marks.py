"""The mark in the buttons of a card that one person sees in a channel.

Teams says of a written message whether only the bot sees it. No source says that it does so of a press. So the card
carries a mark, which comes back with the press. The client may invent one: it can only make an answer more private.
"""

from __future__ import annotations

from typing import Any

MARK = "_only_you"
_PRESSED = frozenset({"Action.Execute", "Action.Submit"})
"""The actions that reach the bot."""


def marked(part: Any) -> Any:
    """Return a copy of a card, or of anything that holds cards, with the mark in the data of every button."""
    if isinstance(part, list):
        return [marked(item) for item in part]
    if not isinstance(part, dict):
        return part
    copied = {name: value if name == "data" else marked(value) for name, value in part.items()}
    if part.get("type") in _PRESSED:
        copied["data"] = {**(part.get("data") or {}), MARK: True}
    return copied


def is_marked(value: Any) -> bool:
    """Return whether a press's value comes from a marked card. The value is from the client and may be anything."""
    if not isinstance(value, dict):
        return False
    action = value.get("action")
    data = action.get("data") if isinstance(action, dict) else value  # a press that comes as a message has no action
    return isinstance(data, dict) and data.get(MARK) is True
