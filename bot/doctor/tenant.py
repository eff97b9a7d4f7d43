"""Checks of the bot's rights in the tenant: each permission of Graph, and the one mailbox."""

from __future__ import annotations

from urllib.parse import quote

from bot.doctor.case import BOT_SCOPE, UNREACHED, Case, NoTokenError, Problem
from bot.doctor.permissions import CALENDAR, IN_EXCHANGE, MAIL, OPTIONAL, PERMISSIONS

OK, BAD_REQUEST, FORBIDDEN, NOT_FOUND = 200, 400, 403, 404
NOT_BASE64 = b"!"
"""A malformed mail: if the app may send, Graph refuses it with 400, and sends nothing."""
GRANT = "Grant the application permission {name} in Entra (the bot → API permissions) with admin consent: {why}"
SCOPE = (
    "Restrict the app to {mailbox} with RBAC for Applications in Exchange Online (docs/tenant.md), and take "
    "Mail.Send and Calendars.ReadWrite away in Entra, since permissions there hold beside it"
)


async def permissions(case: Case) -> list[Problem]:
    """Check each permission, except those of the mailbox, which :func:`mailbox` checks."""
    if case.settings.graph_mailbox is None:
        return []
    try:
        roles = await case.roles()
    except NoTokenError as error:
        return await _no_token(case, error)
    problems = [
        Problem(
            "Graph permission", f"{permission.name} is missing", GRANT.format(name=permission.name, why=permission.why)
        )
        for permission in PERMISSIONS
        if not roles & {permission.name, *permission.instead}
        and permission.name not in IN_EXCHANGE | case.asked.without
    ]
    used = OPTIONAL.union(*({permission.name, *permission.instead} for permission in PERMISSIONS))
    problems += [
        Problem("Graph permission", f"{name} is granted, and the bot has no use for it", f"Take {name} away in Entra")
        for name in sorted(roles - used)
    ]
    return problems


async def _no_token(case: Case, error: NoTokenError) -> list[Problem]:
    """Report a missing token for Graph. If Teams gets no token either, :mod:`bot.doctor.secret` has said why."""
    try:
        await case.token(BOT_SCOPE)
    except NoTokenError:
        return []
    remedy = "Look whether a proxy or a Conditional Access policy stands between this machine and Graph"
    return [Problem("Graph", f"the app is let in, and yet there is no token for Graph ({error})", remedy)]


async def mailbox(case: Case) -> list[Problem]:
    """Check that the mailbox exists, that the app may use it, and that it may use no other."""
    own = case.settings.graph_mailbox
    if own is None:
        return []
    try:
        roles = await case.roles()
        calendar, code = await _calendar(case, own)
        if calendar == NOT_FOUND:
            remedy = "Write the address of a user or shared mailbox of the tenant into SEKOM_GRAPH_MAILBOX"
            return [Problem("mailbox", f"Exchange knows no mailbox {own} ({code})", remedy)]
        mail, _, _ = await case.ask_graph("POST", f"/users/{quote(own, safe='')}/sendMail", NOT_BASE64)
        statuses = {CALENDAR: calendar, MAIL: mail}
        wanted = [name for name in statuses if name not in case.asked.without]
        unusable = [problem for name in wanted for problem in _usable(name, statuses[name], roles, own)]
        return unusable or await _restricted(case, roles)
    except NoTokenError:
        return []  # permissions() reports it
    except UNREACHED as error:
        return [_unreached(error)]


def _usable(name: str, status: int, roles: frozenset[str], mailbox: str) -> list[Problem]:
    about = f"mailbox, {name}"
    if status == FORBIDDEN and name in roles:
        remedy = f"Put {mailbox} into the scope of the app's policy in Exchange Online"
        return [Problem(about, f"the app has {name}, and a policy keeps it out of {mailbox}", remedy)]
    if status == FORBIDDEN:
        why = next(permission.why for permission in PERMISSIONS if permission.name == name)
        remedy = f"Give the app the role Application {name} for this mailbox in Exchange Online (RBAC for Applications)"
        return [Problem(about, f"{name} is missing", f"{remedy}: {why}")]
    if status in (OK, BAD_REQUEST):
        return []
    return [Problem(about, f"Graph answered {status}", "Try again later; Microsoft's status page tells of outages")]


async def _restricted(case: Case, roles: frozenset[str]) -> list[Problem]:
    """Check that the app can't get into another mailbox. Ask for its calendar's id, and read nothing in it."""
    settings = case.settings
    own = settings.graph_mailbox or ""
    remedy = SCOPE.format(mailbox=own)
    in_entra = sorted(roles & IN_EXCHANGE)
    if len(in_entra) == 1:  # the other permission comes from a role in Exchange, which does not limit this one
        name = in_entra[0]
        return [Problem("mailbox restriction", f"{name} is granted in Entra for every mailbox of the tenant", remedy)]
    other = case.asked.other_mailbox or settings.contact
    status = NOT_FOUND if other.casefold() == own.casefold() else (await _calendar(case, other))[0]
    if status == OK:
        return [Problem("mailbox restriction", f"the app gets into {other} too, so it may into everybody's", remedy)]
    if status != FORBIDDEN and (in_entra or case.asked.other_mailbox):
        fault = f"it can't be seen whether the app is kept out of other mailboxes: {other} is none to try"
        return [
            Problem("mailbox restriction", fault, f"Name one to try: --other-mailbox ADDRESS. If it is not: {remedy}")
        ]
    return []


async def _calendar(case: Case, mailbox: str) -> tuple[int, str]:
    status, code, body = await case.ask_graph("GET", f"/users/{quote(mailbox, safe='')}/calendar?$select=id")
    if status == OK and "id" not in body:
        raise ValueError("not Graph")
    return status, code


def _unreached(error: Exception) -> Problem:
    remedy = "Let this machine reach graph.microsoft.com on port 443"
    if isinstance(error, ValueError):
        return Problem("Graph", "what answers in its place is not Graph", f"{remedy}, past any proxy")
    return Problem("Graph", f"it can't be reached ({type(error).__name__})", remedy)
