"""A full name and an address are found however they were written, and nobody else's are touched."""

from __future__ import annotations

import unicodedata

import pytest

from storage.erasure.texts import Traces, is_full, is_used_as_words
from storage.name_keys import NOBODY

NAME, MAIL = "Åsa Öberg-Lind", "åsa.öberg@sotenas.se"
TRACES = Traces((MAIL,), (NAME,))
SPELLINGS = (
    *("åsa öberg-lind", "Åsa öberg-lind", "ÅSA ÖBERG-LINDS", "Åsa  Öberg-Lind", "Åsa\u00a0Öberg-Lind"),
    *("Åsa Öberg\u2011Lind", "Öberg-Lind, Åsa", "Öberg-Lind Åsa", "Åsa_Öberg-Lind", "Åsa** **Öberg-Lind"),
    *("Asa Oberg-Lind", unicodedata.normalize("NFD", NAME), "ÅSA.öberg@sotenas.se", "åsa.öberg@sotenas.se"),
)
OTHERS = ("maråsa.öberg@sotenas.se", "mar-åsa.öberg@sotenas.se", "åsa.öberg@sotenas.sea", "Åsa Öberg-Lindqvist")


@pytest.mark.parametrize("text", SPELLINGS)
def test_it_is_found_however_it_was_spelt(text: str) -> None:
    assert TRACES.out_of(f"Fråga *{text}*, nu") == f"Fråga *{NOBODY}*, nu"
    assert TRACES.are_in(f"({text})")


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_somebody_elses_stays(text: str) -> None:
    assert TRACES.out_of(f"Fråga {text} nu") == f"Fråga {text} nu"
    assert not TRACES.are_in(text)


def test_a_name_kept_as_a_list_had_it_is_found_as_people_write_it() -> None:
    assert Traces((), ("Ek, Bo",)).out_of("Ek, Bo eller Bo Eks") == "[borttagen person] eller [borttagen person]"


def test_one_word_and_plain_words_are_not_searched_for() -> None:
    assert [is_full(name) for name in ("Ingegerd", "TextBlock", "Bo Ek", "asa.oberg", "pär1gast")] == [
        *(False, False, True, True, True)
    ]
    bank = "Måste vi rapportera gröna nyckeltal? Fråga Maria von Essen eller Åsa Öberg."
    assert is_used_as_words("Gröna nyckeltal", bank)
    assert is_used_as_words("Måste vi", bank)
    assert not is_used_as_words("Maria von Essen", bank)
    assert not is_used_as_words("Åsa Öberg", bank)
