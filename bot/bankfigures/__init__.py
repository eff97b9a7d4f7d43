"""The kansli's figures about the knowledge bank: how much is asked, and how it goes."""

from __future__ import annotations

from bot.bankfigures import commands

routes = commands.routes

__all__ = ["routes"]
