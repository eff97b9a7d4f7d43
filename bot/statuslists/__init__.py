"""Lists of the municipalities that have done a duty, as Miljöbarometern or a survey tool gives them.

A list outranks a click: *Klart* is "säger klart" until a list confirms it.
"""

from __future__ import annotations

from bot.statuslists import commands, notices

routes = commands.routes
FILES = (commands.read_file,)
STILL_WANTED = {notices.KIND: notices.still_wanted}

__all__ = ["FILES", "STILL_WANTED", "routes"]
