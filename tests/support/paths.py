"""Where things lie in the project."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The project's own folder."""
FAQ_DATA = Path(os.environ.get("FAQ_DATA") or ROOT.parent / "shared/data/retrieval")
"""Real questions for the search's figures; tests that need them are skipped where they are not."""
