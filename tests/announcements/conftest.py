"""Fixtures for announcements: mail on paper behind every delivery."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import chat as talk
from tests.support import teams
from tests.support.announcements import Post
from tests.support.chat import Chat


@pytest.fixture
def post(kansli: Chat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Post:
    """Mail that ends up as files; whatever the bot sends may go that way."""
    office = Post(kansli, tmp_path)
    monkeypatch.setattr(talk, "deliver", lambda app, to, now, _: teams.deliver(app, to, now, office.routes))
    return office
