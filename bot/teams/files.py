"""A file that a person sends in their own chat. It is fetched before the turn, because a turn makes no network call.

Teams stores such a file in the sender's OneDrive and hands the bot an address that works for some minutes without a
token (learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4). Only addresses of SharePoint are asked.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession
from botbuilder.schema import Activity

from bot.message import Incoming, ReceivedFile, Scope
from bot.plain_text import clean_line

FILE = "application/vnd.microsoft.teams.file.download.info"
MOST_BYTES = 5_000_000
WITHIN = 20
"""Seconds for the whole fetch."""
LONGEST_NAME = 120
OK = 200
TOO_LARGE = f"Filen är för stor. Den får vara högst {MOST_BYTES // 1_000_000} MB."
NOT_FETCHED = "Jag kunde inte hämta filen. Skicka den igen, eller klistra in innehållet."
ONE_ONLY = "Skicka en fil i taget, så vet jag vilken du menar."

logger = logging.getLogger(__name__)


class Files:
    """Fetches the file that came with a message."""

    def __init__(self, session: ClientSession, *, local: bool) -> None:
        """On a laptop (``local``), files of this machine are fetched too."""
        self._session = session
        self._local = local

    async def join(self, incoming: Incoming, activity: Activity) -> Incoming:
        """Return the message with its file; the same message if it has none or is not in a person's own chat."""
        attached = [one for one in activity.attachments or () if one.content_type == FILE]
        if not attached or incoming.place.scope is not Scope.PERSONAL:
            return incoming
        name = clean_line(attached[0].name or "", LONGEST_NAME)
        if len(attached) > 1:
            return replace(incoming, file=ReceivedFile(name, b"", ONE_ONLY))
        return replace(incoming, file=await self._fetched(name, attached[0].content))

    async def _fetched(self, name: str, content: Any) -> ReceivedFile:
        address = content.get("downloadUrl") if isinstance(content, dict) else None
        if not isinstance(address, str) or not self._allows(address):
            return ReceivedFile(name, b"", NOT_FETCHED)
        try:
            async with asyncio.timeout(WITHIN), self._session.get(address, allow_redirects=False) as response:
                if response.status != OK:
                    logger.warning("a file was not fetched", extra={"status": response.status})
                    return ReceivedFile(name, b"", NOT_FETCHED)
                data = bytearray()
                async for chunk in response.content.iter_chunked(65_536):
                    data += chunk
                    if len(data) > MOST_BYTES:
                        return ReceivedFile(name, b"", TOO_LARGE)
        except (ClientError, TimeoutError, ValueError) as error:
            logger.warning("a file was not fetched", extra={"error": type(error).__name__})
            return ReceivedFile(name, b"", NOT_FETCHED)
        return ReceivedFile(name, bytes(data))

    def _allows(self, address: str) -> bool:
        try:
            parts = urlsplit(address)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return False
        if self._local and parts.scheme == "http" and host in ("127.0.0.1", "localhost"):
            return True
        return parts.scheme == "https" and host.endswith(".sharepoint.com") and port in (None, 443)
