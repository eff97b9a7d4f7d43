"""What people see of a text is what is kept of it."""

import pytest

from bot.message import UserError
from bot.plain_text import clean, clean_line, visible
from bot.register.checks import checked_name


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("\u202eannA", "annA"),
        ("\u2066Anna\u2069 \u200fEk", "Anna Ek"),
        ("A\u034fnna\u061c", "Anna"),
        ("\U000e0041Anna\U000e007f", "Anna"),
        ("Anna\u200d Ek\u200c", "Anna Ek"),
        ("Anna\u3164Ek", "AnnaEk"),
        ("A\u030asa", "Åsa"),
        ("Anna\r\n\tEk\u2028Berg\x00", "Anna Ek Berg"),
        ("\ud800Anna", "Anna"),
        ("می\u200cخواهم 👩\u200d🌾", "می\u200cخواهم 👩\u200d🌾"),
    ],
)
def test_nothing_unseen_stays_in_a_name(name: str, seen: str) -> None:
    assert clean_line(name) == seen
    assert clean(seen) == visible(seen) == seen
    assert checked_name(name) == seen


@pytest.mark.parametrize("name", ["\u202e", "\u200d\u200b ", "\u3164"])
def test_a_name_that_nobody_sees_is_none(name: str) -> None:
    with pytest.raises(UserError, match="Skriv personens namn"):
        checked_name(name)
