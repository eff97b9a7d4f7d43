"""Fills in the blanks of an answer, and leaves out the sentences whose blanks nobody has filled in. Pure.

A blank is ``{{name}}``. One missing link does not hold back an answer: the kansli sees what is missing, the reader sees
the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

CONTACT = "kansli_epost"
"""The blank that the settings fill in: the kansli's mail address."""
_BLANK = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_SENTENCE_END = re.compile(r"(?<=[.!?])(?<!\d\.)(\s+)")


def filled(answer: str, known: Mapping[str, str]) -> str:
    """Return the answer with the ``known`` blanks filled in, without sentences that have another blank."""
    lines = (_line(line, known) for line in answer.splitlines())
    return "\n".join(line for line in lines if line is not None).strip()


def is_ready(answer: str) -> bool:
    """Return whether something is left to show when the settings have filled in their blanks."""
    return bool(filled(answer, {CONTACT: "a@example.org"}))


def missing(answer: str) -> bool:
    """Return whether a sentence is left out, so that the kansli has something to fill in."""
    return any(name != CONTACT for name in _BLANK.findall(answer)) or "{{" in _BLANK.sub("", answer)


def _line(line: str, known: Mapping[str, str]) -> str | None:
    """Return one line without its unfilled sentences; None if nothing is left of a line that had something."""
    line = _BLANK.sub(lambda blank: known.get(blank[1]) or blank[0], line)
    if "{{" not in line:
        return line
    parts = _SENTENCE_END.split(line)
    sentences = zip(parts[::2], [*parts[1::2], ""], strict=True)
    return "".join(sentence + blank for sentence, blank in sentences if "{{" not in sentence).rstrip() or None
