"""What Graph's refusals mean for a delivery."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from bot.delivery.pace import retry_after
from bot.ports import Failed, Reason, TryLater, Unreachable

AGAIN_AFTER = 24 * 3600.0
"""Seconds until the same fault of the set-up is logged again."""
PERMISSION = frozenset({"ErrorAccessDenied", "Authorization_RequestDenied", "AccessDenied", "Forbidden"})
"""Codes of 403 where the app lacks a permission; Teams' own APIs say just ``Forbidden``."""
NOT_INSTALLED = ("not installed", "not found in scope", "isn't installed")
"""Words in a ``Forbidden`` or ``NotFound`` of the activity feed that are about the recipient, not about us."""
MAILBOX = frozenset({"ErrorInvalidUser", "MailboxNotEnabledForRESTAPI", "ErrorNonExistentMailbox", "ResourceNotFound"})
"""Codes of 404 that mean the bot's own mailbox."""
ADDRESS = frozenset({"ErrorInvalidRecipients", "ErrorMessageRecipientNotFound", "InvalidRecipients"})
LATER = frozenset({401, 412, 423, 429})
"""Statuses of a request that was refused before it was carried out. 401 is an operator's fault: keep the message."""
MAY_HAVE_ARRIVED = frozenset({408, 500, 502, 503, 504})
"""Statuses of a request that may have been carried out. 503 is one even with Retry-After: Microsoft documents it as
"overloaded or being maintained, repeat after a delay", but does not say "not done" as it does for 429. Outlook has been
seen to answer 503 to changes that it carried out (learn.microsoft.com/answers/questions/1465421)."""
REMEDY = (
    "grant the app the application permission {permission} in Entra, with admin consent;"
    " for mail and calendar look also whether an access policy or RBAC scope leaves the mailbox out"
)

logger = logging.getLogger("bot.graph")


@dataclass(frozen=True, slots=True)
class Call:
    """One kind of request."""

    name: str
    needs: str
    """The permission that the request needs, as Entra names it."""
    repeatable: bool = False
    """Whether doing it twice has the same effect as doing it once."""


class Refusal(Exception):  # noqa: N818 - it is no fault yet
    """Graph answered with another status than success."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.after = retry_after(headers)
        self.details = _error(body)
        self.code = str(self.details.get("code") or "")
        super().__init__(f"{status} {self.code}".strip()[:100])

    @property
    def words(self) -> str:
        """Graph's message, for telling cases apart. It may name people, so it is never logged."""
        return str(self.details.get("message") or "").casefold()


class Faults:
    """Faults of the set-up. Each is logged once a day, with its remedy."""

    def __init__(self) -> None:
        self.missing: dict[str, str] = {}
        """Missing permission (or ``mailbox``) → the call that failed for it. For ``doctor`` and the figures."""
        self._told: dict[str, float] = {}

    def tell(self, what: str, call: Call, remedy: str) -> None:
        """Log a fault, unless it was logged in the last day."""
        now = asyncio.get_running_loop().time()
        self.missing[what] = call.name
        if now - self._told.get(what, -AGAIN_AFTER) >= AGAIN_AFTER:
            self._told[what] = now
            logger.error("Graph refuses: %s", remedy, extra={"missing": what, "call": call.name})

    def well(self, call: Call) -> None:
        """Forget the fault of a call that succeeded."""
        self.missing.pop(call.needs, None)


def understood(call: Call, refusal: Refusal, faults: Faults) -> Exception:
    """Return the port's exception for a refusal by Graph."""
    reason = _whose(call, refusal, faults)
    if reason is not None:
        return Unreachable(reason)
    if refusal.status in LATER:
        return TryLater(str(refusal), after=refusal.after)
    if refusal.status in MAY_HAVE_ARRIVED:
        return TryLater(str(refusal), after=refusal.after, doubtful=not call.repeatable)
    return Failed(str(refusal))


def _whose(call: Call, refusal: Refusal, faults: Faults) -> Reason | None:
    """Return why nobody, or not this person, can be reached this way. None for all other refusals."""
    match refusal.status:
        case 403 | 404 if any(words in refusal.words for words in NOT_INSTALLED):
            return Reason.NOT_INSTALLED
        case 403 if refusal.code in PERMISSION:
            faults.tell(call.needs, call, REMEDY.format(permission=call.needs))
            return Reason.NOT_SET_UP
        case 404 if refusal.code in MAILBOX and call.needs.startswith(("Mail.", "Calendars.")):
            faults.tell("mailbox", call, "SEKOM_GRAPH_MAILBOX names no mailbox that Exchange knows")
            return Reason.NOT_SET_UP
        case 404 | 410:
            return Reason.GONE
        case 400 if refusal.code in ADDRESS:
            return Reason.NO_ADDRESS
        case _:
            return None


def _error(body: bytes) -> Mapping[str, object]:
    try:
        error = orjson.loads(body)["error"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return {}
    return error if isinstance(error, dict) else {}
