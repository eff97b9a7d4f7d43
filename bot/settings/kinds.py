"""The types of the settings' values. A refused value says why; the setting's description says what to write."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator

from bot.guid import is_guid
from bot.mail_address import is_address

_MAIL = re.compile(r"[^@\s<>\"',;:()\[\]\\|*`]+@[a-z0-9åäö-]+(\.[a-z0-9åäö-]+)+", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_SERVER = re.compile(r"[^:]*|.*(\]|:\d*)")
"""A server without a port, one that ends with a bracketed host, or one that ends with a port number."""


def is_loopback(host: str) -> bool:
    """Return whether ``host`` can only be reached from the same machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _split(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _guid(value: str) -> str:
    """Return a GUID in lower case. A wrong value is not quoted: it may be a secret in the wrong place."""
    if not is_guid(value):
        raise ValueError("it is not a GUID")
    return value.lower()


def _mail(value: str) -> str:
    if not _MAIL.fullmatch(value) or not is_address(value):
        raise ValueError(f"{value!r} is not a mail address")
    return value


def _file(value: Path) -> Path:
    try:
        exists = value.is_file()
    except OSError as error:
        raise ValueError(f"it can't be reached ({error.strerror})") from error
    if not exists:
        raise ValueError("there is no such file")
    return value


def _app_type(value: Any) -> Any:
    if str(value).casefold() == "multitenant":
        raise ValueError("MultiTenant is refused: it lets every organisation's users write to the bot")
    words = {word.casefold(): word for word in ("SingleTenant", "UserAssignedMSI")}
    return words.get(str(value).casefold(), value)


def _database_url(value: str) -> str:
    """Return the URL with our driver, psycopg, in it. The value is never quoted: it may hold a password."""
    scheme, _, rest = value.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return value
    if scheme not in ("postgres", "postgresql", "postgresql+psycopg") or not rest:
        raise ValueError("it names no database that the bot can use")
    if rest.partition("?")[0].count("@") > 1:  # the driver would take part of the password for the host, and print it
        raise ValueError("it has more than one @; write the password's own as %40")
    server = rest.rpartition("@")[2].partition("/")[0].partition("?")[0]
    if not _SERVER.fullmatch(server):
        raise ValueError("its port is not a number")
    return f"postgresql+psycopg://{rest}"


def _service_host(value: str) -> str:
    """Return one exact host. A suffix is refused: strangers could register a name under it."""
    parts = urlsplit(value if "://" in value else f"https://{value}")
    host = (parts.hostname or "").lower()
    if parts.scheme != "https" or not _HOST.fullmatch(host) or host != parts.netloc.lower():
        raise ValueError(f"{value!r} is not one exact https host")
    return host


def _public_url(value: str) -> str:
    parts = urlsplit(value)
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if not safe or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("it is not a plain https address")
    return value.rstrip("/")


AppType = Annotated[Literal["SingleTenant", "UserAssignedMSI"], BeforeValidator(_app_type)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
File = Annotated[Path, AfterValidator(_file)]
Guid = Annotated[str, AfterValidator(_guid)]
Guids = Annotated[frozenset[Guid], BeforeValidator(_split)]
Hosts = Annotated[frozenset[Annotated[str, AfterValidator(_service_host)]], BeforeValidator(_split)]
MailAddress = Annotated[str, AfterValidator(_mail)]
PublicUrl = Annotated[str, AfterValidator(_public_url)]
