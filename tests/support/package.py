"""The app package as a test reads it."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from manifest.build import Deployment

APP_ID = "1b2c3d4e-5f60-4718-92a3-b4c5d6e7f809"


HERE = Deployment(app_id=APP_ID, public_url="https://bot.example.org")


Files = dict[str, bytes]


def unpacked(package: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def manifest_of(files: Files) -> Any:
    return json.loads(files["manifest.json"])
