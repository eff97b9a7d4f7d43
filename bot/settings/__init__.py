"""The operator's settings, checked as a whole before anything starts.

Aliases are the names in the environment and ``.env``: the Bot Framework's own for the identity, ``SEKOM_`` for ours.
No app id means local mode, which is for one laptop: the bot listens on loopback only. With an app id every message must
carry a valid token, and no setting turns that off.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import ClassVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.settings.env_file import read
from bot.settings.kinds import AppType, DatabaseUrl, File, Guid, Guids, Hosts, MailAddress, PublicUrl, is_loopback
from bot.settings.operation import Operating
from bot.settings.retention import Keeping

_OURS = re.compile(r"sekom_|microsoftapp", re.IGNORECASE)
"""Names that can only be meant for the bot. An unknown one is a typo."""

_DATABASE = "SQLite as sqlite:///path/to/file.db, or PostgreSQL as postgresql://user:password@host/name"


class SettingsProblems(Exception):  # noqa: N818 - it holds all problems at once
    """Settings are wrong or missing. ``problems`` holds all of them, each with its remedy and none with a secret."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(Keeping, Operating):
    """The settings, valid together. A field's description is the remedy in its problem report."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    app_type: AppType = Field(
        "SingleTenant",
        alias="MicrosoftAppType",
        description="Write SingleTenant (has a password) or UserAssignedMSI (has none), as the Azure resource says",
    )
    app_id: Guid | None = Field(
        None,
        alias="MicrosoftAppId",
        description="Write the app registration's Application (client) ID, or remove the line for local mode",
    )
    app_password: SecretStr | None = Field(
        None,
        alias="MicrosoftAppPassword",
        description="Write a client secret of the app registration (its Value, not its Secret ID)",
    )
    app_tenant_id: Guid | None = Field(
        None,
        alias="MicrosoftAppTenantId",
        description="Write the app registration's Directory (tenant) ID",
    )
    certificate: File | None = Field(
        None,
        alias="SEKOM_CERTIFICATE",
        description="Write the path of a PEM file with the app's certificate and private key, instead of a password",
    )
    graph_mailbox: MailAddress | None = Field(
        None,
        alias="SEKOM_GRAPH_MAILBOX",
        description="Write the address of the mailbox that the bot sends and invites from, or remove it to go without",
    )
    database_url: DatabaseUrl = Field(
        "sqlite:///var/sekom.db", alias="DATABASE_URL", repr=False, description=f"Write {_DATABASE}"
    )
    host: str = Field("127.0.0.1", alias="HOST", description="Write the address to listen on, such as 127.0.0.1")
    port: int = Field(3978, alias="PORT", ge=1, le=65535, description="Write a free port between 1 and 65535")
    tenants: Guids = Field(
        frozenset(),
        alias="SEKOM_TENANTS",
        description="Write the allowed tenants' GUIDs with commas between; leave it out for the app's own",
    )
    kansli: Guids = Field(
        frozenset(),
        alias="SEKOM_KANSLI",
        description="Write the kansli's Entra object ids (GUIDs) with commas between",
    )
    contact: MailAddress = Field(
        "kansliet@ekokommuner.example",
        alias="SEKOM_CONTACT",
        description="Write the kansli's mail address, as members shall see it",
    )
    service_hosts: Hosts = Field(
        frozenset(),
        alias="SEKOM_SERVICE_URLS",
        description="Write exact hosts of Teams' connector with commas between, without wildcards",
    )
    public_url: PublicUrl | None = Field(
        None,
        alias="SEKOM_PUBLIC_URL",
        description="Write the address that people's browsers reach the bot at, such as https://bot.example.org",
    )
    rate: int = Field(
        30,
        alias="SEKOM_RATE",
        ge=1,
        le=50,
        description="Write how many messages a second may go to Teams in all, 1 to 50",
    )

    names: ClassVar[frozenset[str]]

    @property
    def local(self) -> bool:
        """Whether this is one person's laptop: no app id, no tokens, loopback only."""
        return self.app_id is None

    @property
    def allowed_tenants(self) -> frozenset[str]:
        """The tenants whose people may write to the bot; empty in local mode, where any may."""
        own = frozenset({self.app_tenant_id} if self.app_tenant_id else ())
        return self.tenants or own

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Use only the values that :meth:`load` gives. Pydantic reads no environment by itself."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    @classmethod
    def load(cls, environ: Mapping[str, str], env_file: Path | None = None) -> Settings:
        """Return the settings from ``environ``, and from ``env_file`` where ``environ`` does not set them.

        An empty value means "not set", except for the app id. Raises :class:`SettingsProblems`.
        """
        written, unread = read(env_file) if env_file else ({}, [])
        given = {name: value.strip() for name, value in {**written, **environ}.items()}
        values = {name: value for name, value in given.items() if value and name in cls.names}
        problems = [*unread, *_misspelt(given, cls.names), *_combinations(given)]
        try:
            settings = cls(**values)  # type: ignore[arg-type]
        except ValidationError as error:
            problems.extend(_explain(cls, error))
        if problems:
            raise SettingsProblems(problems)
        return settings


Settings.names = frozenset(str(field.alias) for field in Settings.model_fields.values())


def from_process() -> Settings:
    """Return the settings from this process's environment and from ``.env`` in the working directory."""
    return Settings.load(os.environ, Path(".env"))


def environment() -> dict[str, str]:
    """Return the environment of this process, for a program that it starts."""
    return dict(os.environ)


def _misspelt(given: Mapping[str, str], known: frozenset[str]) -> Iterator[str]:
    lower = {name.lower(): name for name in known}
    for name in sorted(given):
        if name in known or not _OURS.match(name):
            continue
        near = get_close_matches(name.lower(), lower, n=1, cutoff=0.6)
        hint = f"Did you mean {lower[near[0]]}?" if near else "Remove it."
        yield f"{name}: there is no such setting. {hint}"


def _combinations(given: Mapping[str, str]) -> Iterator[str]:
    """Yield the problems of settings that don't fit together. Looks at raw values, so a broken one hides nothing."""
    described = {str(field.alias): str(field.description) for field in Settings.model_fields.values()}
    identity = given.get("MicrosoftAppId")
    if identity == "":
        yield f"MicrosoftAppId: it is set but empty, and must not mean local mode. {described['MicrosoftAppId']}."
    if identity is None:
        for name in ("MicrosoftAppPassword", "MicrosoftAppTenantId", "SEKOM_CERTIFICATE", "SEKOM_GRAPH_MAILBOX"):
            if given.get(name):
                yield f"MicrosoftAppId: it is missing, although {name} is set. {described['MicrosoftAppId']}."
        host = given.get("HOST") or "127.0.0.1"
        if not is_loopback(host):
            yield (
                f"HOST: without an app id nothing checks who writes, so {host!r} is refused."
                " Use 127.0.0.1, or set MicrosoftAppId."
            )
    if identity:
        required = ["MicrosoftAppTenantId", "SEKOM_CONTACT"]
        if given.get("MicrosoftAppType", "").casefold() != "userassignedmsi" and not given.get("SEKOM_CERTIFICATE"):
            required.insert(0, "MicrosoftAppPassword")
        for name in required:
            if not given.get(name):
                yield f"{name}: it is missing. {described[name]}."


def _explain(model: type[Settings], error: ValidationError) -> Iterator[str]:
    """Yield one line per field. Only our own validators quote values, and they leave secrets out."""
    described = {str(field.alias): field for field in model.model_fields.values()}
    for problem in error.errors(include_url=False, include_input=False):
        name, *place = problem["loc"]
        reason = str(problem["ctx"]["error"]) if problem["type"] == "value_error" else problem["msg"].lower()
        which = f" (entry {int(place[0]) + 1})" if place else ""
        yield f"{name}{which}: {reason}. {described[str(name)].description}."
