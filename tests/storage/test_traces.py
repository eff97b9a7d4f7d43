"""An erased person's name and address are found however they were written, and nobody else's are touched."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from storage import faq, outbox
from storage.erasure import first_names
from storage.erasure.traces import NOBODY, Traces
from storage.outgoing import Outgoing, ToChannel
from tests.conftest import NOON
from tests.support.chat import Chat
from tests.support.erasure import erase, traces
from tests.support.people import know

NAME, MAIL = "Åsa Öberg-Lind", "åsa.öberg@sotenas.se"
SPELLINGS = (
    *("åsa öberg-lind", "Åsa öberg-lind", "ÅSA ÖBERG-LINDS", "Åsa  Öberg-Lind", "Åsa\u00a0Öberg-Lind"),
    *("Åsa Öberg\u2011Lind", "Öberg-Lind, Åsa", "Öberg-Lind Åsa", "_Åsa Öberg-Lind_", "**Åsa** **Öberg-Lind**"),
    *("Asa Oberg-Lind", unicodedata.normalize("NFD", NAME), "ÅSA.öberg@sotenas.se", "<åsa.öberg@sotenas.se>."),
)
OTHERS = ("maråsa.öberg@sotenas.se", "mar-åsa.öberg@sotenas.se", "åsa.öberg@sotenas.sea", "Åsa Öberg-Lindqvist")


def test_a_name_kept_as_a_list_had_it_is_found_as_people_write_it() -> None:
    assert Traces((), ("Ek, Bo",), "1").out_of("Ek, Bo eller Bo Eks") == "[borttagen person] eller [borttagen person]"


def test_a_first_name_goes_where_it_is_surely_one() -> None:
    gone = (
        "Hej X! Vi",
        "X, vi gör så.",
        "Vi gör som Xs grupp.",
        "Tack,\nX",
        "Mvh /X",
        "Tack **X**!",
        "(X)",
        "X har svarat.",
        "Fråga X Ek",
        "Vi frågar X Karin.",
    )
    for text in gone:
        out = first_names.out_of(text.replace("X", "Björn"), "Björn", ("Björn", "Karin"))
        assert out == text.replace("Xs", "X").replace("X", NOBODY)
    stays = (
        "Fråga Björn Svensson.",
        "Vi bor på Björn Ekströms gata.",
        "Björn har setts.",
        "- Björn äter",
        "Se björn.",
        "Hej Björn-Erik",
        "Maj-Björn",
        "Björnen",
        "Som Björnsson",
    )
    assert [first_names.out_of(text, "Björn") for text in stays] == list(stays)


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_somebody_elses_stays(text: str) -> None:
    assert Traces((MAIL,), (NAME,), "1").out_of(f"Fråga {text} nu") == f"Fråga {text} nu"


def test_however_it_was_spelt_it_is_in_no_table_afterwards(chat: Chat) -> None:
    """Among others in what somebody else can help with, and where a guest is called by the address."""
    asa, guest, listed = chat.as_(NAME), chat.as_("pär.gast1"), chat.as_("O'Brien, Åke")
    know(asa, mail=MAIL)
    know(chat, helps_with=" | ".join((*SPELLINGS, "Åke O'Brien", "O'Brien, Åke")))

    def fill(session: Any) -> None:
        posts = (f"{one} och Pär.Gast1" for one in SPELLINGS)
        rows = (Outgoing(f"post:{at}", "post", ToChannel("19:x"), text=one) for at, one in enumerate(posts))
        outbox.enqueue_all(session, list(rows), NOON)
        faq.by_state(session, faq.EntryState.PUBLISHED)[0].answer += " | ".join(SPELLINGS)

    database = chat.app.database
    database.play(fill)
    erase(asa)
    erase(guest)
    erase(listed)

    assert traces(database, *SPELLINGS, "berg-lind", "berg\u2011lind", "åsa.ö", "gast1", "O'Brien") == []
