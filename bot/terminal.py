"""What operator commands say: the answer on stdout with exit code 0, a refusal on stderr with 1."""

from __future__ import annotations

import sys


def said(text: str) -> int:
    """Print an answer; the exit code of a command that did its work."""
    sys.stdout.write(f"{text}\n")
    return 0


def refused(text: str) -> int:
    """Print why nothing was done; the exit code of a command that refused."""
    sys.stderr.write(f"{text}\n")
    return 1
