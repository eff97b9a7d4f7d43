"""Fixtures for new members: mail on paper behind every delivery, as for announcements."""

from __future__ import annotations

from tests.announcements.conftest import post

__all__ = ["post"]
