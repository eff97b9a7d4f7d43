"""Operator commands: ``python -m bot …``."""

from __future__ import annotations

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from app import utc_now
from bot.bankfiles import operator as bankfiles
from bot.conversation import ROUTES
from bot.doctor import doctor
from bot.doctor.case import Asked
from bot.doctor.permissions import PERMISSIONS
from bot.events import notices
from bot.features import AUDIENCES, DECISIONS, START
from bot.forecast import operator as forecast
from bot.jobs import PLAN
from bot.local.address import bot_address
from bot.local.chat import chat
from bot.local.people import PLAYERS
from bot.local.run import PLAYGROUND_PORT, run
from bot.memberlist import operator as members
from bot.privacy import operator as privacy
from bot.programme import operator as programmes
from bot.search.live_bank import LiveBank
from bot.settings import Settings, SettingsProblems, environment, from_process
from bot.statuslists import operator as statuslists
from bot.turn import App
from bot.upkeep import operator as upkeep
from dialogs import DIALOGS
from storage.database import Database


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Print all wrong settings at once, with code 2."""
    parser = ArgumentParser(prog="python -m bot", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    start = commands.add_parser("run", help="start the bot and the Playground against it (make run)")
    start.add_argument("--playground-port", type=int, default=PLAYGROUND_PORT, help="0 takes any free port")
    start.set_defaults(command=_run)

    terminal = commands.add_parser("chat", help="talk in the terminal with a running bot (make chat)")
    terminal.add_argument("--as", dest="player", choices=PLAYERS, default="medlem", help="whom to speak as")
    terminal.set_defaults(command=_chat)

    _about_lists(commands)
    _about_people(commands)
    _about_running(commands)
    chosen = parser.parse_args(words)
    try:
        settings = from_process()
    except SettingsProblems as wrong:
        print(wrong, file=sys.stderr)
        return 2
    code: int = chosen.command(settings, chosen)
    return code


def _about_lists(commands: Any) -> None:
    """Add the commands that read and write lists."""
    importer = commands.add_parser("import-members", help="read the list of members from an Excel or CSV file")
    _imports(importer, members.import_members)
    exporter = commands.add_parser("export-members", help="write the list of members as .xlsx or .csv")
    _exports(exporter, members.export_members)
    answers = commands.add_parser("import-bank", help="read the knowledge bank from an Excel, CSV or Markdown file")
    _imports(answers, bankfiles.import_bank)
    bank = commands.add_parser("export-bank", help="write the knowledge bank as .xlsx, .csv or .md")
    _exports(bank, bankfiles.export_bank)
    programme = commands.add_parser("import-programme", help="read events from an .ics, Excel or CSV file")
    _imports(programme, partial(programmes.import_programme, spread=notices.spread))
    statuses = commands.add_parser(
        "import-status", help="read which municipalities have done a duty, from Excel or CSV"
    )
    statuses.add_argument(
        "--duty", dest="number", metavar="DUTY", type=int, help="the number of the duty; without it, they are listed"
    )
    statuses.add_argument("--complete", action="store_true", help="everybody who is done is on the list")
    _imports(statuses, statuslists.import_statuses, "number", "complete")


def _imports(parser: ArgumentParser, run: Callable[..., int], *options: str) -> None:
    """Let a command read a file, or only say what would change. ``options`` are its own."""
    parser.add_argument("file", type=Path)
    parser.add_argument("--dry-run", action="store_true", help="only say what would change")
    parser.set_defaults(
        command=lambda settings, it: run(
            settings.database_url,
            it.file,
            now=utc_now(),
            dry_run=it.dry_run,
            **{option: getattr(it, option) for option in options},
        )
    )


def _exports(parser: ArgumentParser, run: Callable[[str, Path], int]) -> None:
    """Let a command write a file."""
    parser.add_argument("file", type=Path)
    parser.set_defaults(command=lambda settings, it: run(settings.database_url, it.file))


def _about_people(commands: Any) -> None:
    """Add the commands about personal data."""
    retention = commands.add_parser("retention", help="delete what is older than the SEKOM_…_DAYS settings")
    retention.add_argument("--dry-run", action="store_true", help="only say how much would go")
    retention.set_defaults(
        command=lambda settings, it: privacy.retain(settings, utc_now(), ROUTES.erase_hooks, dry_run=it.dry_run)
    )

    export = commands.add_parser("export-person", help="write what is kept about somebody as .json or .txt")
    export.add_argument("who", help="mail address or Entra object id")
    export.add_argument("file", type=Path)
    export.set_defaults(command=lambda settings, it: privacy.export_person(settings, it.who, it.file, utc_now()))

    erase = commands.add_parser("erase-person", help="erase somebody; says what would happen unless --yes")
    erase.add_argument("who", help="mail address or Entra object id")
    erase.add_argument("--yes", action="store_true", help="do it; it can't be undone")
    erase.set_defaults(
        command=lambda settings, it: privacy.erase_person(settings, it.who, utc_now(), ROUTES.erase_hooks, sure=it.yes)
    )

    erased = commands.add_parser(
        "export-erased", help="write hashes of the erased, to erase them again after a restore"
    )
    erased.add_argument("file", type=Path)
    erased.set_defaults(command=lambda settings, it: privacy.export_erased(settings, it.file))

    again = commands.add_parser("erase-again", help="erase whom a restore brought back; counts them unless --yes")
    again.add_argument("file", type=Path, help="of export-erased, from before the restore")
    again.add_argument("--yes", action="store_true", help="do it; it can't be undone")
    again.set_defaults(
        command=lambda settings, it: privacy.erase_again(settings, it.file, utc_now(), ROUTES.erase_hooks, sure=it.yes)
    )

    audit = commands.add_parser("export-audit", help="write the log of what the kansli changed as .csv")
    audit.add_argument("file", type=Path)
    audit.set_defaults(command=lambda settings, it: privacy.export_audit(settings, it.file))


def _about_running(commands: Any) -> None:
    """Add the commands about the set-up and the database."""
    check = commands.add_parser("doctor", help="say what is wrong with the set-up, each with its remedy")
    check.add_argument("--package", type=Path, help="the app package that is uploaded; else one is built")
    check.add_argument("--other-mailbox", help="a mailbox that the bot must not get into (default: SEKOM_CONTACT)")
    check.add_argument(
        "--without",
        action="append",
        default=[],
        help="a Graph permission left out on purpose",
        choices=[permission.name for permission in PERMISSIONS],
        metavar="PERMISSION",
    )
    check.set_defaults(command=_doctor)

    backup = commands.add_parser("backup", help="copy the SQLite database while the bot runs")
    backup.add_argument("file", type=Path)
    backup.set_defaults(command=lambda settings, it: upkeep.back_up(settings, it.file))

    due = commands.add_parser("due", help="say what the bot is going to send, to how many, by which way and why")
    due.add_argument("--at", metavar="TIME", help="only the hour from this time in Stockholm, as 2026-12-02T09:00")
    due.add_argument("--days", type=int, help="so many days (14 without --at)")
    due.set_defaults(command=_due)

    content = commands.add_parser("load-content", help="put the starting content where there is none")
    content.set_defaults(command=lambda settings, _: upkeep.load_content(settings, utc_now()))

    migration = commands.add_parser("migrate", help="bring the database to this version, or back to an earlier one")
    migration.add_argument("--to", metavar="REVISION", help="such as 0005; later ones are undone")
    migration.add_argument("--yes", action="store_true", help="undo them; what they kept is lost")
    migration.set_defaults(command=lambda settings, it: upkeep.migrate_to(settings, it.to, sure=it.yes))


def _due(settings: Settings, chosen: Namespace) -> int:
    database = Database(settings.database_url)
    try:
        bank = LiveBank(database)
        bank.rebuild()  # the week's decisions ask it
        app = App(settings, database, ROUTES, DIALOGS, bank, START, DECISIONS, AUDIENCES, PLAN)
        return forecast.due(app, utc_now(), chosen.at, chosen.days)
    finally:
        database.close()


def _doctor(settings: Settings, chosen: Namespace) -> int:
    asked = Asked(chosen.package, chosen.other_mailbox, frozenset(chosen.without))
    return asyncio.run(doctor(settings, utc_now, asked))


def _run(settings: Settings, chosen: Namespace) -> int:
    return asyncio.run(run(settings, environment(), chosen.playground_port))


def _chat(settings: Settings, chosen: Namespace) -> int:
    bold = sys.stdout.isatty() and "NO_COLOR" not in environment()
    return chat(bot_address(settings), PLAYERS[chosen.player], bold=bold)


if __name__ == "__main__":
    sys.exit(main())
