"""Parts of a long list that fit in one query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def in_chunks(values: Sequence[T], most: int = 5000) -> Iterator[Sequence[T]]:
    """Yield the values in parts that fit in one query: a statement holds 32,766 of them at the least."""
    return (values[at : at + most] for at in range(0, len(values), most))
