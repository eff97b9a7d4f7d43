"""Hostile texts through the encoder's process, which is killed and stopped meanwhile.

``python -m tests.soak.encoder [texts] [seed]``. Four threads ask, as turns do. Every answer must be a good vector or
None, in time, and the right text's: a known text is asked in between. Nothing may be left behind.
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
from pathlib import Path

import numpy as np

from bot.search.encoder import ASKED_WITHIN, DIMENSIONS, READ_WITHIN, EncoderProcess, is_installed
from bot.search.semantic import PASSAGE, Vector, question_text

TEXTS = 100_000
THREADS = 4
LONGEST = 1_000
FASTER = 50.0
"""How much faster the clock of the encoder's rests goes than in life."""
HARM_EVERY = 60
"""Texts between two harms, in the mean."""
SLACK = 1.0
"""Seconds that a busy machine may let a thread wait."""
KNOWN = question_text("Vad kostar medlemskapet?")
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

    def add(self, outcome: str, seconds: float, within: float, text: str) -> None:
        with self.lock:
            self.counted[outcome] += 1
            self.slowest = max(self.slowest, (seconds, f"{len(text)} characters, {text[:30]!r}"))
            if seconds > within + SLACK:
                self.faults.append(f"{seconds:.2f} s of {within} s for {text[:60]!r}")


def hostile(chance: random.Random) -> str:
    """Return a text of one to three kinds of signs; most are short."""
    signs = "".join(chance.sample(KINDS, chance.randint(1, 3)))
    return "".join(chance.choices(signs, k=int((LONGEST + 1) * chance.random() ** 3)))


def is_good(vector: Vector) -> bool:
    """Return whether this is a vector as the search needs it."""
    right = vector.shape == (DIMENSIONS,) and vector.dtype == np.float32
    return right and bool(np.isfinite(vector).all()) and abs(float(np.linalg.norm(vector)) - 1) < 0.02


def ask(encoder: EncoderProcess, seen: Seen, texts: int, seed: int, known: Vector) -> None:
    """Ask so many texts. A thread that gets nothing starts the child, as the bank's follower does, and waits for it."""
    chance = random.Random(seed)
    for number in range(texts):
        text = hostile(chance)
        asked, within = (question_text(text), ASKED_WITHIN) if chance.random() < 0.8 else (PASSAGE + text, READ_WITHIN)
        if number % 50 == 0:
            asked = KNOWN
        began = time.monotonic()
        try:
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
        child = encoder._child
        if child is None or seen.counted.total() < due:
            continue
        due = seen.counted.total() + chance.randint(1, 2 * HARM_EVERY)
        how = chance.choice((signal.SIGKILL, signal.SIGSTOP))
        with suppress(ProcessLookupError):
            os.kill(child.pid, how)
            seen.counted[how.name] += 1


def _left() -> tuple[int, int]:
    """Return how many files this process has open, and how many children it has."""
    here = Path("/proc/self")
    children = (here / "task").glob("*/children")
    return len(list((here / "fd").iterdir())), sum(len(file.read_text().split()) for file in children)


def main(texts: int = TEXTS, seed: int = 1) -> int:
    """Print what came of the texts. 1 if anything but good vectors and None in time did."""
    if not is_installed():
        print("skipped: the encoder is not installed: pip install -e '.[semantic]'")
        return 0
    encoder, seen, over = EncoderProcess(clock=lambda: FASTER * time.monotonic()), Seen(), threading.Event()
    encoder.warm()
    known = encoder.encode(KNOWN, READ_WITHIN)
    encoder.close()
    before = _left()
    assert known is not None, "the encoder does not start"
    began = time.monotonic()
    with ThreadPoolExecutor(THREADS + 1) as pool:
        asking = [pool.submit(ask, encoder, seen, texts // THREADS, seed + at, known) for at in range(THREADS)]
        pool.submit(harm, encoder, seen, seed, over)
        for each in asking:
            each.result()
        over.set()
    encoder.close()
    print(f"{texts} texts, seed {seed}, {time.monotonic() - began:.0f} s: {dict(seen.counted)}")
    print(f"  slowest answer {seen.slowest[0]:.2f} s: {seen.slowest[1]}")
    print(f"  open files and children before {before}, after {_left()}; faults {len(seen.faults)}")
    for fault in seen.faults[:20]:
        print(f"  {fault}")
    return int(bool(seen.faults) or _left()[1] > before[1] or seen.counted["vector"] == 0)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
