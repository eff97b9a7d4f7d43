"""Running a command that somebody wrote, spelt wrong, or pressed under "Menade du kommandot …?"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot import links
from bot.help import cards
from bot.message import Reply, UserError, say
from bot.routes import Command, Role, Routes
from bot.turn import Turn
from bot.wording import typos

routes = Routes[Turn]()

_SHOW = re.compile(r"^(?:visa|öppna|se|gå till)(?: mig)? ", re.IGNORECASE)
"""What people write before a command."""
MINE = ("min", "mina")
"""What the commands about a person's own things begin with: "mina val" may be any of those."""


def refusal(turn: Turn, command: Command[Turn]) -> Reply | None:
    """Return what a person reads who may not use the command, or not here; None if they may.

    Raise :class:`UserError` for a command of the kansli's.
    """
    if command.role is Role.KANSLI and not turn.kansli:
        raise UserError(f"Kommandot **{command.word}** är bara för kansliet. Skriv **hjälp** för att se dina.")
    if command.allowed(kansli=turn.kansli, scope=turn.incoming.place.scope):
        return None
    chat = "" if turn.app.settings.local else links.chat(turn.app.settings)
    return say(card=cards.go_personal(command, chat), aside=turn.aside)


def hear_misspelt(turn: Turn) -> Reply | None:
    """Take a wrong spelling of a command. Run it if it can be no other and only opens a card, else ask.

    The commands in Teams' own menu only open a card. Return None for a message that is like no command.
    """
    near, argument, sure = _near(turn, turn.incoming.text)
    mine = [command for command in near if command.role is not Role.KANSLI or turn.kansli]
    if not mine:
        return None
    if sure and len(mine) == 1 and mine[0].menu:
        return refusal(turn, mine[0]) or mine[0].handler(turn.saying(argument))
    return say(card=cards.commands_meant(mine, turn.incoming.text, argument))


@routes.action("help.command")
def press_command(turn: Turn) -> Reply:
    """Run the command on a button, as if the person had written it."""
    command = turn.app.routes.commands.get(str(turn.data.get("word")))
    if command is None:
        raise UserError("Det kommandot finns inte längre. Skriv **hjälp** för att se vad du kan göra.")
    argument = " ".join(str(turn.data.get("argument") or "").split())[:1500]
    return refusal(turn, command) or command.handler(turn.saying(argument if command.takes else ""))


def _near(turn: Turn, text: str) -> tuple[list[Command[Turn]], str, bool]:
    """Return the commands that ``text`` may mean, what follows the word, and whether the spelling says so.

    A command that takes nothing must stand alone, so that a question that begins like one is a question.
    """
    text = _SHOW.sub("", text.strip(" .,:;!?…/"), count=1)
    commands, words = turn.app.routes.commands, text.split()
    longest = max(len(name.split()) for name in commands)
    if len(words) <= longest and (whole := [name for name in commands if typos.alike(text, name)]):
        return _each(turn, whole), "", True
    for length in range(min(longest, len(words) - 1), 0, -1):
        begun, rest = " ".join(words[:length]), " ".join(text.strip(" /").split(None, length)[length].split())
        if near := [name for name, command in commands.items() if command.takes and typos.alike(begun, name)]:
            return _each(turn, near), rest, True
    if len(words) == 2 and words[0].casefold() in MINE:  # noqa: PLR2004 - "mina val", not a whole question
        mine = (name for name in commands if name.split()[0] in MINE)
        return _each(turn, sorted(mine, key=lambda name: name.split()[0] != words[0].casefold())), "", False
    return [], "", False


def _each(turn: Turn, names: Iterable[str]) -> list[Command[Turn]]:
    """Return the commands with these words, each once."""
    commands = turn.app.routes.commands
    return list({commands[name].word: commands[name] for name in names}.values())
