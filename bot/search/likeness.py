"""Groups questions that are alike, by the search's own arithmetic: their words' letter sequences. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.search import normalisation, postings, terms
from bot.wording import utterance

ALIKE = 0.4
"""Cosine from which a question joins the group of an earlier one. Of the phrasings of eight entries of our own content,
at .40 72 % of the pairs that were put together belonged together (.35: 68, .45: 76), and 24 % of those that do were
found (31, 19)."""


def groups(texts: Sequence[str]) -> list[list[int]]:
    """The places of the texts by likeness; a group's first one leads it, and groups stand in their leaders' order.

    Texts that matter most go first: what comes later joins them.
    """
    words = {text: _telling(text) for text in texts}
    counted = terms.count({text: row for row, text in enumerate(words)}, words, terms.grams, None)
    rows = np.array([counted.rows[text] for text in texts], dtype=np.int64)
    places = np.arange(len(texts), dtype=np.int64)
    index = postings.build(counted, rows, places, len(texts))
    free = np.ones(len(texts), dtype=bool)
    found: list[list[int]] = []
    for place in range(len(texts)):
        if free[place]:
            near = index.cosines(index.query(terms.grams([words[texts[place]]])[1])) >= ALIKE
            near[place] = True
            others = np.flatnonzero(near & free).tolist()
            free[others] = False
            found.append([place, *(other for other in others if other != place)])
    return found


def _telling(text: str) -> list[str]:
    """The words that say what a question is about; all of them where none does."""
    words = normalisation.words(text)
    return [word for word in words if word not in utterance.FUNCTION] or words
