"""The Connector's REST interface: send, reply, update, delete, create a conversation, list members.

This module never tries again, because only the sender knows whether a duplicate does harm.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import quote

import orjson
from aiohttp import ClientPayloadError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from yarl import URL

from bot.delivery.pace import retry_after
from bot.message import Json

TIMEOUT = ClientTimeout(total=10, connect=5)
"""Seconds for one call. Teams itself gives up on a turn after 15."""
PAGE = 500
"""How many members to ask for at a time; the Connector's own maximum."""
MOST_PAGES = 200
"""The most pages of one list. More means that the pages go round in a circle."""
LONGEST_ERROR = 2_000
"""The most characters to keep of an error's body."""
LONGEST_CODE = 100
"""The most characters of Teams' own word for an error. The database keeps it, so it has no NUL either."""
LONGEST_ANSWER = 4 * 1024 * 1024
"""The most bytes to read of an answer; a page of 500 members is about 200 kB."""
LONGEST_ID = 200
"""The most characters of an id that the database stores; Teams' own are shorter."""
_BLANK = b"\xef\xbb\xbf \t\r\n"
"""What may stand before a page: a mark of its encoding, and space."""
TARGETED = "?isTargetedActivity=true"
"""The query for requests about a message that only its ``recipient`` sees."""

Token = Callable[[], Awaitable[str]]
"""Return a bearer token for the Connector. Called for every request, so it must cache (azure-identity: 11 µs)."""


class ConnectorError(Exception):
    """The Connector did not answer with success.

    ``status`` is the HTTP status, ``code`` Teams' own word (``BotNotInConversationRoster``, ``MessageWritesBlocked``,
    or empty), ``body`` the text of the answer, and ``retry_after`` the seconds to wait, if Teams asked for that.
    """

    def __init__(self, status: int, code: str, body: str, retry_after: float | None) -> None:
        super().__init__(f"{status} {code}".rstrip())
        self.status = status
        self.code = code
        self.body = body
        self.retry_after = retry_after


class TokenError(Exception):
    """No token for the Connector: the secret is wrong or expired, or Entra can't be reached."""


class ServiceUrlError(Exception):
    """The service URL is not on the list. Nothing was sent."""


def new_session() -> ClientSession:
    """Open the process's only session for sending. The caller closes it."""
    return ClientSession(connector=TCPConnector(limit=100), timeout=TIMEOUT, cookie_jar=DummyCookieJar())


class Connector:
    """The Connector, reached over one shared session.

    Every method raises :class:`ConnectorError` for an answer that is not a success. It raises :class:`ServiceUrlError`
    or :class:`TokenError` before anything is sent, and :class:`aiohttp.ClientError` or :class:`TimeoutError` if the
    Connector did not answer. A success with an HTML page does not count: a proxy wrote it.
    """

    def __init__(self, session: ClientSession, token: Token | None, allows: Callable[[str], bool]) -> None:
        """Take ``token`` (None in local mode) and ``allows``, which tells whether a service URL is on the list."""
        self._session = session
        self._token = token
        self._allows = allows

    async def send(self, service_url: str, conversation_id: str, activity: Json) -> str | None:
        """Send to a conversation; a thread's id has ``;messageid=``. Return the activity's id if Teams gives one.

        A message whose ``recipient.isTargeted`` is true is shown to the recipient only.
        """
        path = _path(conversation_id, "activities") + _targeted(activity)
        return id_of(await self._call("POST", service_url, path, activity))

    async def reply(self, service_url: str, conversation_id: str, activity_id: str, activity: Json) -> str | None:
        """Answer one activity, as :meth:`send` does."""
        path = _path(conversation_id, "activities", activity_id) + _targeted(activity)
        return id_of(await self._call("POST", service_url, path, activity))

    async def update(self, service_url: str, conversation_id: str, activity_id: str, activity: Json) -> None:
        """Replace a message of ours for everyone who sees it. Send no ``recipient``, because Teams refuses it here."""
        path = _path(conversation_id, "activities", activity_id) + _targeted(activity)
        body = {name: value for name, value in activity.items() if name != "recipient"}
        await self._call("PUT", service_url, path, body)

    async def delete(self, service_url: str, conversation_id: str, activity_id: str) -> None:
        """Delete a message of ours."""
        await self._call("DELETE", service_url, _path(conversation_id, "activities", activity_id))

    async def create(self, service_url: str, parameters: Json) -> Json:
        """Open a 1:1 chat or start a thread. Return its ``id``, and for a thread the message's ``activityId``."""
        return await self._call("POST", service_url, "/v3/conversations", parameters)

    async def team(self, service_url: str, team_id: str) -> Json:
        """Return a team's name and its Entra group's id (``aadGroupId``)."""
        return await self._call("GET", service_url, f"/v3/teams/{quote(team_id, safe='')}")

    async def members(self, service_url: str, conversation_id: str) -> AsyncIterator[Json]:
        """Yield the members of a chat, or of a team by its general channel's id, one page at a time.

        A page without a list is an error, because people on it must not be taken for gone.
        """
        path, after = _path(conversation_id, "pagedmembers"), ""
        for _ in range(MOST_PAGES):
            page = await self._call("GET", service_url, f"{path}?pageSize={PAGE}{after}")
            members = page.get("members")
            if not isinstance(members, list):
                raise ConnectorError(502, "NoMembers", "", None)
            for member in members:
                yield member if isinstance(member, dict) else {}
            token = page.get("continuationToken")
            if not token:
                return
            after = f"&continuationToken={quote(str(token), safe='')}"
        raise ConnectorError(502, "TooManyPages", "", None)

    async def _call(self, method: str, service_url: str, path: str, body: Json | None = None) -> Json:
        if not self._allows(service_url):
            raise ServiceUrlError("a service URL that is not on the list")
        headers = {} if self._token is None else {"Authorization": f"Bearer {await self._token()}"}
        if body is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        data = None if body is None else orjson.dumps(body)
        url = URL(service_url.rstrip("/") + path, encoded=True)
        async with self._session.request(method, url, data=data, headers=headers, allow_redirects=False) as response:
            answer = await _read(response)
        if response.status >= 300:  # noqa: PLR2004  # a redirect too: following it would take the token elsewhere
            raise _error(response, answer.decode(errors="replace"))
        if len(answer) > LONGEST_ANSWER or answer.lstrip(_BLANK)[:1] == b"<":
            raise ClientPayloadError("not an answer of the Connector")
        try:
            parsed = orjson.loads(answer) if answer else {}
        except orjson.JSONDecodeError:  # the Connector sometimes sends plain text with a success
            return {}
        return parsed if isinstance(parsed, dict) else {}


def _path(*parts: str) -> str:
    return "/v3/conversations/" + "/".join(quote(part, safe="") for part in parts)


def id_of(answer: Json, name: str = "id", longest: int = LONGEST_ID) -> str | None:
    """Return the answer's id; None if it has none, or one that the database can't store."""
    value = answer.get(name)
    return value if isinstance(value, str) and 0 < len(value) <= longest and "\0" not in value else None


def _targeted(activity: Json) -> str:
    return TARGETED if (activity.get("recipient") or {}).get("isTargeted") is True else ""


async def _read(response: ClientResponse) -> bytes:
    """Return the body. If it is longer than :data:`LONGEST_ANSWER`, return only its beginning."""
    answer = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        answer += chunk
        if len(answer) > LONGEST_ANSWER:
            break
    return bytes(answer)


def _error(response: ClientResponse, body: str) -> ConnectorError:
    return ConnectorError(response.status, _code(body), body[:LONGEST_ERROR], retry_after(response.headers))


def _code(body: str) -> str:
    r"""Return Teams' error code, or an empty string.

    The body is ``{"error": {"code"}}``, or ``{"message": "{\"subCode\": …}"}`` with JSON in a string.
    """
    try:
        parsed = orjson.loads(body)
        code = str(parsed["error"]["code"] if "error" in parsed else orjson.loads(parsed["message"])["subCode"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""
    return code[:LONGEST_CODE] if code.isprintable() else ""
