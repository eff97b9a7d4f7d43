"""Settings of a bot that a test starts."""

from __future__ import annotations

from pathlib import Path

from bot.settings import Settings
from tests.support.network import free_port


def settings(folder: Path, **more: str) -> Settings:
    url = f"sqlite:///{folder}/new/sekom.db"
    return Settings.load({"DATABASE_URL": url, "PORT": str(free_port()), **more})
