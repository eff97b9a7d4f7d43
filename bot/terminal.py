"""The output of operator commands: an answer on stdout with exit code 0, a refusal on stderr with 1."""

from __future__ import annotations

import sys


def said(text: str) -> int:
    """Print an answer. Return the exit code of a command that did its work."""
    sys.stdout.write(f"{text}\n")
    return 0


def refused(text: str) -> int:
    """Print why nothing was done. Return the exit code of a command that refused."""
    sys.stderr.write(f"{text}\n")
    return 1
