"""The memory of the process: how seldom it is searched for garbage, and how freed memory goes back to the system."""

from __future__ import annotations

import ctypes
import gc
import sys


def give_back() -> None:
    """Make the C library return freed memory to the system. Do nothing where it is not glibc.

    The library returns memory by itself only if the end of the heap happens to be free. After building an index of
    500 entries it kept 5 to 25 MB for the life of the process.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim is not None:
            trim(0)


def spare() -> None:
    """Leave what the process holds by now out of the search for garbage, and search seldom for cycles among the rest.

    Call it when everything is built. Objects made by now stay; searching them again and again took a tenth of a turn.
    With Python's own thresholds (700, 10, 10), the search took 13 of the 30 µs that planning a reminder takes, because
    it goes through rows that are in use, again and again. Nearly all memory is freed without it, by counting
    references. After 3,000 turns the process was as large with both settings; with 20,000 in place of 5,000 it was
    3 MB larger and no faster (docs/measured.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 50)
