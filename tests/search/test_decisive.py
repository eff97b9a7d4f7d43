"""The word that decides: another plan, another species, another kind of fact than the entry holds."""

from __future__ import annotations

import pytest

from bot.search import decisive
from bot.search.decisive import Held, Stems
from bot.search.index import Index
from bot.search.scorer import SearchEntry

PLAN = SearchEntry(
    1,
    "Har någon gjort en klimatanpassningsplan?",
    "Ja, flera kommuner. Börja med en riskanalys av skyfall och värme.",
    ("vem har skrivit klimatanpassningsplaner",),
    "klimat",
)
MEETING = SearchEntry(2, "Måste vi delta på årsmötet?", "Ja. Både politiker och tjänstepersoner ska vara med.")
FORUM = SearchEntry(3, "Vad är tjänstepersonsforum?", "Det möts fyra gånger per år, och är gratis.")


def missing(question: str, entry: SearchEntry, *common: str) -> str:
    return decisive.missing(question, Held.of(entry), Stems.of(common))


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("har nån gjort en cykelplan?", "cykelplan"),
        ("Har Grönköping gjort en klimatanpassningsplan?", "Grönköping"),
        ("hur bekämpar ni jätteloka", "jätteloka"),
        ("har någon gjort en klimatanpassningsplan för förskolor", "förskolor"),
        ("har någon gjort ett klimatanpassningsprogram", "klimatanpassningsprogram"),
        ("en VA-plan?", "VA-plan"),
    ],
)
def test_a_word_that_the_entry_does_not_hold_decides(question: str, word: str) -> None:
    assert missing(question, PLAN) == word


@pytest.mark.parametrize(
    "question",
    [
        "har ni nån klimatanpassningsplan?",
        "klimatanpassningsplanen, hur gör man",  # another form
        "har någon en klimatanpasningsplan",  # a letter lost
        "har någon en klimatanpassningslpan",  # two swapped
        "har någon gjort en plan",  # what the entry's word is a kind of
        "skyfallsanalys, har någon gjort det",  # both parts are held
        "hej! snälla, kan ni hjälpa mig med en klimatanpassningsplan tack",
        "",
        "?!",
    ],
)
def test_what_the_entry_holds_in_other_words_does_not(question: str) -> None:
    assert missing(question, PLAN) == ""


def test_the_banks_own_subject_does_not_decide() -> None:
    assert missing("har nätverket en klimatanpassningsplan", PLAN) == "nätverket"
    assert missing("har nätverket en klimatanpassningsplan", PLAN, "nätverket") == ""


@pytest.mark.parametrize(
    ("question", "entry", "kind"),
    [
        ("när är årsmötet?", MEETING, "tiden"),
        ("och vad kostar årsmötet", MEETING, "kostar"),
        ("hur länge varar årsmötet", MEETING, "hur länge"),
        ("var är årsmötet", MEETING, "platsen"),
        ("hur ofta är årsmötet", MEETING, "hur ofta"),
        ("måste vi delta på årsmötet när vi är med", MEETING, ""),  # it asks whether, not when
        ("vad är årsmötet", MEETING, ""),
        ("får vi delta på årsmötet", MEETING, "vem som får"),  # that we must come does not say so
        ("hur ofta är tjänstepersonsforum", FORUM, ""),
        ("när är tjänstepersonsforum", FORUM, ""),  # four times a year is a time
    ],
)
def test_the_kind_of_fact_that_is_asked_for_decides(question: str, entry: SearchEntry, kind: str) -> None:
    assert missing(question, entry) == kind


def test_a_word_for_a_kind_of_fact_is_held_by_an_entry_that_has_the_fact() -> None:
    assert missing("är tjänstepersonsforumet dyrt", FORUM) == ""
    assert missing("är årsmötet dyrt", MEETING) == "dyrt"


def test_everything_that_is_not_held_is_told_the_longest_word_first() -> None:
    held = Held.of(MEETING)

    assert decisive.lacking("vad kostar hotellet vid årsmötet", held, Stems.of(())) == ["hotellet", "kostar", "priset"]
    assert decisive.lacking("måste vi delta på årsmötet", held, Stems.of(())) == []


@pytest.mark.parametrize(
    ("question", "strange"),
    [
        ("hur söker man semester", True),
        ("hur många kalorier har en banan", True),
        ("hur är årsmötet", False),
        ("årsmöteshandlingar, var finns de", False),  # it begins as a word of the entry
        ("kan en praktikant delta", False),
    ],
)
def test_an_entry_is_strange_to_a_question_whose_words_it_has_none_of(question: str, strange: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert decisive.is_strange(question, Held.of(MEETING)) == strange


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Vad kostar årsmötet?", "årsmötet"),
        ("vad kostar medlemskap", ""),
        ("Vad kostar medlemskapet i år?", ""),
        ("vad kostar det", ""),
        ("kostar årsmötet", ""),  # too short to be the same question
    ],
)
def test_an_exchanged_word_decides_even_if_the_answer_mentions_it(question: str, word: str) -> None:
    fee = Held.of(SearchEntry(1, "Vad kostar medlemskapet?", "Årsmötet bestämmer avgiften. Den var 4 000 kronor."))

    assert decisive.exchanged_word(question, fee, Stems.of(["årsmöt"])) == word
    assert decisive.exchanged_word(question, fee, Stems.of(["medlemskap"])) == ""


def test_an_entry_that_is_asked_for_a_fact_decides_itself_how_to_answer() -> None:
    asked = SearchEntry(4, "När är årsmötet?", "Det är inte bestämt än.")

    assert missing("när är årsmötet i år", asked) == ""


def test_a_hit_that_lacks_it_is_offered_and_never_sure() -> None:
    bank = [PLAN, MEETING, FORUM, *(SearchEntry(n, f"Vad är sak{n}?", f"Sak{n} är bra.") for n in range(10, 40))]
    index = Index(bank)

    (sure,) = index.search("Har någon gjort en klimatanpassningsplan?", 1)
    (near,) = index.search("Har någon gjort en cykelplan?", 1)
    assert (sure.entry_id, sure.missing) == (1, "")
    assert (near.entry_id, near.missing) == (1, "cykelplan")
    assert near.probability <= decisive.MOST < sure.probability


def test_ordinary_words_are_no_subjects() -> None:
    assert {"hur", "gör", "någon"} <= decisive.ordinary()
    assert not {"plan", "skol", "vatt", "kommun", "nyckeltal"} & decisive.ordinary()


@pytest.mark.parametrize(
    ("question", "word", "exchanged"),
    [
        ("Kan vi jämföra oss med andra länder?", "länder", True),
        ("jämföra oss med länder", "länder", False),
        ("Kan vi jämföra oss med andra kommuners länder?", "länder", False),
        ("länder", "länder", False),
    ],
)
def test_a_phrasing_with_one_exchanged_word_is_known(question: str, word: str, exchanged: bool) -> None:  # noqa: FBT001 - a parameter of the test
    entry = SearchEntry(1, "Kan vi jämföra oss med andra kommuner?", "Ja.", ("jämföra siffror",))

    assert decisive.is_exchanged(question, word, entry) == exchanged
