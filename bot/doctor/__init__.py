"""``python -m bot doctor``: looks at one set-up as a whole and says what is wrong, each with its remedy.

Says nothing where all is well. It reads and changes nothing, here or in the tenant.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.doctor import here, network, secret, tenant
from bot.doctor.case import Asked, Case, Problem, opened
from bot.settings import Settings

Check = Callable[[Case], Awaitable[list[Problem]]]

CHECKS: tuple[Check, ...] = (
    here.database,
    here.extras,
    here.package,
    network.clock,
    secret.let_in,
    secret.expiry,
    tenant.permissions,
    tenant.mailbox,
    network.public_url,
)
"""In the order in which an operator mends things. A fault that would hide others' is told once, by the first."""


async def examine(case: Case) -> list[Problem]:
    """Everything that is wrong."""
    return [problem for check in CHECKS for problem in await check(case)]


async def doctor(settings: Settings, now: Callable[[], datetime], asked: Asked) -> int:
    """Examine this set-up and tell; 0 where all is well, else 1."""
    for chatty in ("azure", "msal"):  # their warnings say the same in other words, with whatever Entra answered
        logging.getLogger(chatty).addHandler(logging.NullHandler())
    async with opened(settings, now, asked) as case:
        found = await examine(case)
    for problem in found:
        sys.stdout.write(f"{problem.about}: {problem.fault}.\n    {problem.remedy}.\n")
    return 1 if found else 0
