"""The outbox's faults: a bug, or a database that is away. They are logged in one place, and the loop lives on."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError

from storage.outbox import Delivery

T = TypeVar("T")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fault:
    """A bug, or a database that is away. It has been logged."""

    reference: str
    away: bool


async def safely(work: Awaitable[T], row: Delivery | None = None) -> T | Fault:
    """Do the work. Log any error, and return it as a fault."""
    try:
        return await work
    except Exception as error:
        reference, away = secrets.token_hex(4), isinstance(error, OperationalError | InterfaceError)
        about = {"reference": reference, "delivery": row.id if row is not None else None}
        if away:  # repeated each second until it is back; a traceback says nothing
            logger.warning("the outbox has no database", extra={**about, "error": type(error).__name__})
        else:
            logger.exception("the outbox has a fault", extra=about)
        return Fault(reference, away)
