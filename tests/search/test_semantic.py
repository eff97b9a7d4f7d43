"""The search by meaning: with made-up vectors, in which a text's meaning is a direction."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from bot.search import decisive, semantic
from bot.search.calibration import SHIPPED_FUSED
from bot.search.index import Index, SearchEntry
from bot.search.semantic import Semantic, Vector

BANK = (
    SearchEntry(1, "Vad kostar medlemskapet?", "Avgiften är 5 000 kronor.", ("hur hög är avgiften",)),
    SearchEntry(2, "När är årsmötet?", "I maj.", ("vilken dag samlas vi",)),
    SearchEntry(3, "Vem sitter i styrelsen?", "Sju personer.", ()),
)
SUBJECTS = {"kost": 0, "avgift": 0, "hur dyrt": 0, "årsmöte": 1, "samlas": 1, "maj": 1, "styrelse": 2, "sju": 2}


def vector(text: str) -> Vector:
    """All texts are alike, as with a real encoder; those about one subject more."""
    made = np.zeros(8, dtype=np.float32)
    made[7] = 2.0
    for word, at in SUBJECTS.items():
        made[at] += word in text.casefold()
    return np.asarray(made / np.linalg.norm(made), dtype=np.float32)


def vectors(bank: tuple[SearchEntry, ...] = BANK) -> Mapping[str, Vector]:
    return {text: vector(text) for text in semantic.texts(bank)}


def meant(bank: tuple[SearchEntry, ...] = BANK) -> Index:
    return Index(bank).with_meaning(vectors(bank), SHIPPED_FUSED)


def test_a_question_without_a_common_word_finds_its_entry() -> None:
    index = meant()

    assert index.search("hur dyrt blir det?")[:1] != index.search("hur dyrt blir det?", encode=vector)[:1]
    assert index.search("hur dyrt blir det?", encode=vector)[0].entry_id == 1


def test_a_sure_answer_does_not_ask_the_encoder() -> None:
    def never(text: str) -> Vector | None:
        raise AssertionError(text)

    index = meant()
    sure = index.search("Vad kostar medlemskapet?", encode=never)

    assert sure[0].probability >= 0.8
    assert sure == index.search("Vad kostar medlemskapet?")


def test_without_a_vector_the_words_decide() -> None:
    index, asked = meant(), "vad är avgiften i kommunen"

    assert index.search(asked, encode=lambda _: None) == index.search(asked)


def test_an_index_whose_texts_are_not_encoded_yet_goes_by_words() -> None:
    assert Index(BANK).search("hur dyrt blir det?", encode=vector) == Index(BANK).search("hur dyrt blir det?")


def test_a_missing_vector_is_refused() -> None:
    known = dict(vectors())
    known.pop(semantic.question_text("När är årsmötet?"))

    with pytest.raises(KeyError):
        Index(BANK).with_meaning(known, SHIPPED_FUSED)


def test_an_empty_bank_and_an_entry_without_an_answer_do_no_harm() -> None:
    assert Index(()).with_meaning({}, SHIPPED_FUSED).search("hej", encode=vector) == []
    bare = (SearchEntry(1, "Vad kostar det?", "", ()),)
    assert Semantic(bare, vectors(bare)).compare(vector("hur dyrt")).scores.shape == (1,)


def test_texts_are_cut_to_what_an_encoder_reads_fast() -> None:
    long = SearchEntry(1, "a " * 5_000, "b " * 5_000, ("c " * 5_000,))

    assert max(map(len, semantic.texts([long]))) <= semantic.LONGEST_ANSWER + len(semantic.PASSAGE)


def test_a_word_that_is_missing_matters_only_if_the_question_comes_nearer_without_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def asked(question: str) -> tuple[int, str, bool]:
        (hit,) = meant().search(question, 1, encode=vector)
        return hit.entry_id, hit.missing, hit.matters

    assert asked("vilken dag samlas vi ostörda") == (2, "", True)
    assert asked("vilken dag samlas vi i styrelsen") == (2, "styrelsen", True)
    monkeypatch.setattr("bot.search.decisive.LIKE", 1.1)  # no phrasing is near enough to be sure of
    assert asked("vilken dag samlas vi ostörda") == (2, "ostörda", False)


def test_no_word_of_several_that_are_missing_may_matter() -> None:
    (hit,) = meant().search("vilken dag samlas vi ostörda i styrelsen", 1, encode=vector)

    assert (hit.entry_id, hit.missing) == (2, "styrelsen")
    assert hit.probability <= decisive.MOST
