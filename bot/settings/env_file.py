"""Reads ``.env``: names and values, or why they can't be read."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from dotenv.parser import parse_stream


def read(path: Path) -> tuple[dict[str, str], list[str]]:
    """Return the values in the file, and its problems with their remedies. Both are empty where there is no file.

    No problem quotes a value.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (FileNotFoundError, IsADirectoryError):
        return {}, []
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        return {}, [f"{path}: it can't be read ({reason}). Let the bot's user read it, or start where it belongs."]
    except UnicodeDecodeError:
        return {}, [f"{path}: it is not UTF-8. Save it anew as UTF-8."]
    lines = list(parse_stream(StringIO(text)))
    wrong = [line.original.line for line in lines if line.error]
    problems = [f"{path}: line {number} can't be understood. Write NAME=value, a line each." for number in wrong]
    return {line.key: line.value or "" for line in lines if line.key}, problems
