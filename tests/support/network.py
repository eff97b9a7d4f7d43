"""Ports on loopback for the programs that tests start."""

from __future__ import annotations

import socket


def free_port() -> int:
    """Return a port that nobody listened on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
