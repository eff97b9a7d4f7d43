"""Check Teams' tokens: the signature, the issuer, the audience, the time and the signing keys."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
import orjson
from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.teams.refusal import RefusedError

ISSUER = "https://api.botframework.com"
METADATA_URL = "https://login.botframework.com/v1/.well-known/openidconfiguration"
LEEWAY = 300
"""The most seconds that clocks may differ; Microsoft's own number for the Bot Framework."""
KEEP_KEYS = 24 * 3600
"""Seconds until the keys are fetched again; Microsoft's own number."""
BETWEEN_FETCHES = 60
"""Seconds between fetches while we have keys, so that invented key ids cause no traffic."""
BETWEEN_FIRST_FETCHES = 5
"""Seconds between fetches while we have no keys and can let nobody in."""
_TIMEOUT = ClientTimeout(total=5)
_LARGEST_TOKEN = 8_000
"""The most characters of a token; Teams' tokens have about 1,100."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of a valid token."""

    service_url: str
    """The only service URL that the token is valid for."""
    endorsements: frozenset[str]
    """The channels that the signing key is allowed to speak for."""


@dataclass(frozen=True, slots=True)
class _Key:
    public: Any
    endorsements: frozenset[str]


class Authenticator:
    """Validate the bearer tokens that Teams sends to one app id."""

    def __init__(
        self,
        app_id: str,
        session: ClientSession,
        *,
        issuer: str = ISSUER,
        metadata_url: str = METADATA_URL,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Fetch keys with ``session``. ``clock`` counts the seconds between fetches.

        ``issuer`` and ``metadata_url`` are arguments for the tests. They are deliberately not settings.
        """
        self._app_id = app_id
        self._issuer = issuer
        self._keys = _Keys(metadata_url, session, clock)

    async def validate(self, header: str | None) -> Claims:
        """Return the claims of an ``Authorization`` header.

        Raise :class:`RefusedError` with 401 for any invalid token, and with 503 if the keys were never fetched and
        can't be fetched now.
        """
        token = _bearer(header)
        key = await self._keys.find(_key_id(token))
        if key is None:
            raise RefusedError(401, "the token is signed with an unknown key")
        try:
            payload = jwt.decode(
                token,
                key.public,
                algorithms=["RS256"],
                audience=self._app_id,
                issuer=self._issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud"], "strict_aud": True},
            )
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
            raise RefusedError(401, "the token is not valid") from error
        service_url = payload.get("serviceurl")
        if not isinstance(service_url, str) or not service_url:
            raise RefusedError(401, "the token names no service URL")
        return Claims(service_url, key.endorsements)


def _bearer(header: str | None) -> str:
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > _LARGEST_TOKEN:
        raise RefusedError(401, "there is no bearer token")
    return token


def _key_id(token: str) -> str:
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise RefusedError(401, "the token is not valid") from error
    kid = header.get("kid")
    if header.get("alg") != "RS256" or not isinstance(kid, str):
        raise RefusedError(401, "the token is not valid")
    return kid


class _Keys:
    """The provider's signing keys. They stay in use while the provider is slow or can't be reached."""

    def __init__(self, metadata_url: str, session: ClientSession, clock: Callable[[], float]) -> None:
        self._metadata_url = metadata_url
        self._session = session
        self._clock = clock
        self._keys: Mapping[str, _Key] = {}
        self._fetched = self._tried = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, kid: str) -> _Key | None:
        """Return the key, or None. Fetch the keys if needed.

        Raise :class:`RefusedError` (503) if there are no keys at all.
        """
        if kid not in self._keys:
            fetching = self._refresh()
            if fetching is not None:
                await asyncio.shield(fetching)  # several requests may wait; cancelling one must not stop the fetch
        elif self._clock() - self._fetched > KEEP_KEYS:
            self._refresh()  # in the background, because the key is known
        if not self._keys:
            raise RefusedError(503, "the signing keys can't be fetched")
        return self._keys.get(kid)

    def _refresh(self) -> asyncio.Task[None] | None:
        """Return the running fetch. Start one if there is none, or return None if the last one was too recent."""
        if self._fetching is None or self._fetching.done():
            wait = BETWEEN_FETCHES if self._keys else BETWEEN_FIRST_FETCHES
            if self._clock() - self._tried < wait:
                return None
            self._tried = self._clock()
            self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        try:
            metadata = await self._get(self._metadata_url)
            keys = _usable((await self._get(metadata["jwks_uri"]))["keys"])
        except (ClientError, TimeoutError, ValueError, KeyError, TypeError) as error:
            logger.warning("signing keys could not be fetched", extra={"error": type(error).__name__})
            return
        if keys:
            self._keys, self._fetched = keys, self._clock()

    async def _get(self, url: str) -> Any:
        async with self._session.get(url, timeout=_TIMEOUT, raise_for_status=True) as response:
            return orjson.loads(await response.read())


def _usable(published: list[dict[str, Any]]) -> dict[str, _Key]:
    """Return the published RSA keys. Skip a key that can't be read, so that the others can be used."""
    keys = {}
    for entry in published:
        try:
            public = jwt.PyJWK(entry, algorithm="RS256").key
            keys[entry["kid"]] = _Key(public, frozenset(entry.get("endorsements") or ()))
        except (jwt.PyJWTError, ValueError, KeyError, TypeError):
            logger.warning("a published signing key can't be read")
    return keys
