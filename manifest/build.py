"""Fill in the template, check it and zip it with its icons: ``python -m manifest.build --help``.

The template is ``manifest.json``. The values in double braces come from :class:`Deployment`, and the command menus from
the routes. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.conversation import ROUTES
from bot.guid import is_guid
from bot.message import Scope
from bot.routes import Routes
from bot.settings import Settings, SettingsProblems, from_process
from bot.turn import Turn
from manifest.check import problems

Json = dict[str, Any]

FOLDER = Path(__file__).parent
VALIDATION_ONLY = "00000000-0000-0000-0000-000000000000"
"""Stands for the app id where there is none yet. Valid by the schema, of no use in Teams."""

READ_THREADS = {"name": "ChannelMessage.Read.Group", "type": "Application"}
"""With this consent of a team's owner Teams sends the bot every message of the team's standard channels."""

_WEBSITE = "https://www.sekom.se"
_MENUS = {"personal": Scope.PERSONAL, "team": Scope.CHANNEL, "groupChat": Scope.GROUP}
"""The manifest's scopes, and the kind of conversation each one is."""
_VERSION = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}")
_HTTPS = re.compile(r"https://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:\d{1,5})?(/[\w.~%/-]*)?", re.ASCII)
_BLANK = re.compile(r"\{\{(\w+)\}\}")
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip file can hold. A fixed time makes the package independent of when it is built."""


class PackageError(Exception):
    """The package can't be built. The text gives all reasons, one on each line."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """The values that differ between installations of the bot."""

    app_id: str = VALIDATION_ONLY
    """The bot's app registration; also the id of the Teams app."""
    public_url: str = ""
    """The address of the bot's own pages, if it has any: ``SEKOM_PUBLIC_URL``."""
    privacy_url: str = ""
    """The privacy page. Default: ``/integritet`` on the public URL or the association's site."""
    terms_url: str = ""
    """The terms of use. Default: ``/villkor`` in the same place."""
    read_threads: bool = False
    """Whether to ask a team's owner that the bot may see replies that don't mention it: ``SEKOM_READ_THREADS``."""
    private_replies: bool = False
    """Whether members may write to the bot in a channel so that nobody else sees it: ``SEKOM_PRIVATE_REPLIES``."""
    version: str = "1.0.0"
    """The package's version. Teams takes an update only if it is higher than before."""

    def refusals(self) -> Iterator[str]:
        """Yield each fault in the values, with the remedy."""
        if not is_guid(self.app_id):
            yield f"app id {self.app_id!r} is no GUID: copy 'Application (client) ID' from the app registration"
        if not _VERSION.fullmatch(self.version):
            yield f"version {self.version!r} is not three numbers such as 1.2.0"
        for name in ("public_url", "privacy_url", "terms_url"):
            url = getattr(self, name)
            if url and not _HTTPS.fullmatch(url):
                yield f"{name.replace('_', ' ')} {url!r} is no plain https address with a public host name"

    def blanks(self) -> dict[str, str]:
        """Return the value for each blank in the template."""
        site = (self.public_url or _WEBSITE).rstrip("/")
        return {
            "app_id": self.app_id.lower(),
            "version": self.version,
            "privacy_url": self.privacy_url or f"{site}/integritet",
            "terms_url": self.terms_url or f"{site}/villkor",
        }


def commands(routes: Routes[Turn]) -> list[Json]:
    """Make the manifest's ``commandLists``: for each scope the routes of the menu that are answered there."""
    menu = [command for command in routes if command.menu]
    lists: list[Json] = []
    for scope, kind in _MENUS.items():
        shown = [
            {"title": command.word, "description": command.help}
            for command in menu
            if command.allowed(kansli=True, scope=kind)
        ]
        if shown:
            lists.append({"scopes": [scope], "commands": shown})
    return lists


def manifest(deployment: Deployment, routes: Routes[Turn], folder: Path = FOLDER) -> Json:
    """Fill in the template in ``folder``."""
    blanks = deployment.blanks()
    text = (folder / "manifest.json").read_text("utf-8")
    filled: Json = json.loads(_BLANK.sub(lambda blank: blanks[blank[1]], text))
    filled["bots"][0]["commandLists"] = commands(routes)
    if deployment.private_replies:
        filled["bots"][0]["supportsTargetedMessages"] = True
    if deployment.read_threads:
        filled["authorization"] = {"permissions": {"resourceSpecific": [READ_THREADS]}}
    host = urlsplit(deployment.public_url).hostname
    if host:
        filled["validDomains"] = [host]
    return filled


def build(deployment: Deployment, routes: Routes[Turn], folder: Path = FOLDER) -> bytes:
    """Make the zip file to upload. Raises :class:`PackageError` if Teams would not take it."""
    refusals = list(deployment.refusals())
    if refusals:
        raise PackageError("\n".join(refusals))
    filled = manifest(deployment, routes, folder)
    names = [*filled["icons"].values(), *(each["file"] for each in filled["localizationInfo"]["additionalLanguages"])]
    files = {"manifest.json": (json.dumps(filled, ensure_ascii=False, indent=2) + "\n").encode()}
    files |= {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}
    refusals = problems(files)
    if refusals:
        raise PackageError("\n".join(refusals))
    return _zipped(files)


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """Zip the files by name, without a trace of when and where."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3  # Unix, also when built on Windows
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def main(argv: Sequence[str] | None = None, load: Callable[[], Settings] = from_process) -> int:
    """Build the package as the command line says. Return the exit code, which is 2 for a refusal."""
    arguments = _parser().parse_args(argv)
    try:
        deployment = _deployment(arguments, load)
        package = build(deployment, ROUTES)
    except (PackageError, SettingsProblems) as refusal:
        print(f"No package was built.\n{refusal}", file=sys.stderr)
        return 2
    out: Path = arguments.out
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(package)
    except OSError as error:
        print(f"No package was written: {error.strerror}: {out}. Give another place: --out FILE", file=sys.stderr)
        return 2
    print(f"{out}: version {deployment.version}, app id {deployment.app_id}")
    if deployment.app_id == VALIDATION_ONLY:
        print("There is no app id, so this package is only for validation. Give --app-id or set MicrosoftAppId.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m manifest.build", description="Build the Teams app package.")
    parser.add_argument("--app-id", help="the app registration's client id; else id and public URL of the settings")
    parser.add_argument("--public-url", help="the https address of the bot's own pages, as SEKOM_PUBLIC_URL")
    parser.add_argument("--privacy-url", help="the privacy page (default: /integritet on the public URL or sekom.se)")
    parser.add_argument("--terms-url", help="the terms of use (default: /villkor, likewise)")
    parser.add_argument(
        "--read-threads", action="store_true", default=None, help="as SEKOM_READ_THREADS=true: see unmentioned replies"
    )
    parser.add_argument(
        "--private-replies",
        action="store_true",
        default=None,
        help="as SEKOM_PRIVATE_REPLIES=true: take private questions",
    )
    parser.add_argument("--version", help="higher than the package before it (default: 1.0.0)")
    parser.add_argument("--out", type=Path, default=Path("build/sekom-bot.zip"), help="default: %(default)s")
    return parser


def _deployment(arguments: argparse.Namespace, load: Callable[[], Settings]) -> Deployment:
    """Return the values from the command line. Read the settings only if no app id was given."""
    fields = ("app_id", "public_url", "privacy_url", "terms_url", "read_threads", "private_replies", "version")
    given = {name: value for name in fields if (value := getattr(arguments, name)) is not None}
    if "app_id" in given:
        return Deployment(**given)
    settings = load()
    public = settings.public_url or ""
    known = Deployment(
        app_id=settings.app_id or VALIDATION_ONLY,
        public_url=public if public.startswith("https://") else "",  # Teams can't reach a laptop's own address
        read_threads=settings.read_threads,
        private_replies=settings.private_replies,
    )
    return replace(known, **given)


if __name__ == "__main__":
    sys.exit(main())
