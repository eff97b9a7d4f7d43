"""``python -m bot doctor``: examines one set-up as a whole and prints each problem with its remedy.

It prints nothing where all is well. It only reads: it changes nothing here or in the tenant.
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
"""In the order in which an operator mends things. If one fault fails several checks, only the first one reports it."""


async def examine(case: Case) -> list[Problem]:
    """Return all problems of the set-up."""
    return [problem for check in CHECKS for problem in await check(case)]


async def doctor(settings: Settings, now: Callable[[], datetime], asked: Asked) -> int:
    """Examine this set-up and print the problems. Return 0 where all is well, else 1."""
    for chatty in ("azure", "msal"):  # their warnings repeat our findings, with the text of Entra's answer
        logging.getLogger(chatty).addHandler(logging.NullHandler())
    async with opened(settings, now, asked) as case:
        problems = await examine(case)
    for problem in problems:
        sys.stdout.write(f"{problem.about}: {problem.fault}.\n    {problem.remedy}.\n")
    return 1 if problems else 0
