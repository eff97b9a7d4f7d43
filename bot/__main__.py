"""Operator commands: ``python -m bot …``."""

from __future__ import annotations

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from bot.local.chat import chat
from bot.local.people import PLAYERS
from bot.local.run import PLAYGROUND_PORT, bot_address, run
from bot.settings import Settings, SettingsProblems, environment, from_process


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. Wrong settings are told all at once, with 2."""
    parser = ArgumentParser(prog="python -m bot", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    start = commands.add_parser("run", help="start the bot and the Playground against it (make run)")
    start.add_argument("--playground-port", type=int, default=PLAYGROUND_PORT, help="0 takes any free port")
    start.set_defaults(command=_run)

    terminal = commands.add_parser("chat", help="talk in the terminal with a running bot (make chat)")
    terminal.add_argument("--as", dest="player", choices=PLAYERS, default="medlem", help="whom to speak as")
    terminal.set_defaults(command=_chat)

    chosen = parser.parse_args(words)
    try:
        settings = from_process()
    except SettingsProblems as wrong:
        print(wrong, file=sys.stderr)
        return 2
    code: int = chosen.command(settings, chosen)
    return code


def _run(settings: Settings, chosen: Namespace) -> int:
    return asyncio.run(run(settings, environment(), chosen.playground_port))


def _chat(settings: Settings, chosen: Namespace) -> int:
    return chat(bot_address(settings), PLAYERS[chosen.player])


if __name__ == "__main__":
    sys.exit(main())
