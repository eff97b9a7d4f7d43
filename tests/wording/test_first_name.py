"""Which word of a display name is a first name."""

import pytest

from bot.wording.names import first_name


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Anna Ö", "Anna"),
        ("Nordin, Hassan", "Hassan"),
        ("Nordin Berg, Hassan Ali", "Hassan"),
        ("Ek, Dr. Karin", "Karin"),
        ("Karin Ek, Ale kommun", "Karin"),
        ("Nordin,", "Nordin"),
        ("Dr Karin Ek", "Karin"),
        ("Prof. em. Karin Ek", "Karin"),
        ("F.d. rektor Karin Ek", "Karin"),
        ("Karin Ek (Ale kommun)", "Karin"),
        ("(Extern) Karin Ek", "Karin"),
        ("Ek, Karin (Gäst)", "Karin"),
        ("Karin Ek | Miljö, Ale", "Karin"),
        ("Anna-Lena Ek", "Anna-Lena"),
        ("D’Arcy Ek", ""),
        ("Åsa", "Åsa"),
        ("karin.ek@ale.se", ""),
        ("Karin Ek <karin.ek@ale.se>", ""),
        ("karin.ek", ""),
        ("kek01", ""),
        ("K. Ek", ""),
        ("4711", ""),
        ("?", ""),
        (",", ""),
        ("", ""),
    ],
)
def test_the_first_name_of_a_display_name(name: str, first: str) -> None:
    assert first_name(name) == first
