from __future__ import annotations

import subprocess
import sys
import threading

import pytest
import time_machine

from fangcun.doors.storefront.throttle import Limit
from fangcun.kernel.errors import TooManyRequests

THREE = Limit("three", most=3, seconds=60)


@pytest.fixture(autouse=True)
def _fresh_counts(settings, tmp_path):
    settings.FANGCUN_HOME = tmp_path


def test_one_more_than_allowed_is_refused_and_told_when_to_come_back():
    for _ in range(3):
        THREE.spend("127.0.0.1")
    with pytest.raises(TooManyRequests) as refusal:
        THREE.spend("127.0.0.1")
    assert 58 <= refusal.value.details["retry_after"] <= 60


def test_everybody_and_everything_has_a_count_of_its_own():
    for _ in range(3):
        THREE.spend("127.0.0.1")
    THREE.spend("127.0.0.2")
    Limit("other", most=3, seconds=60).spend("127.0.0.1")


def test_when_the_time_is_over_the_count_starts_anew():
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        for _ in range(3):
            THREE.spend("a")
        clock.shift(59)
        with pytest.raises(TooManyRequests):
            THREE.spend("a")
        clock.shift(1)
        for _ in range(3):
            THREE.spend("a")
        with pytest.raises(TooManyRequests):
            THREE.spend("a")


def test_looking_counts_nothing():
    for _ in range(10):
        THREE.check("a")
    for _ in range(3):
        THREE.count("a")
    with pytest.raises(TooManyRequests):
        THREE.check("a")


def test_threads_share_the_count():
    results = []

    def spend():
        for _ in range(10):
            try:
                Limit("threads", most=25, seconds=60).spend("a")
                results.append(True)
            except TooManyRequests:
                results.append(False)

    threads = [threading.Thread(target=spend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (results.count(True), results.count(False)) == (25, 15)


def test_processes_share_the_count(tmp_path):
    program = (
        "import sys; from pathlib import Path; from django.conf import settings; settings.DEBUG\n"
        "from fangcun.doors.storefront.throttle import _Counts\n"
        "counts = _Counts(Path(sys.argv[1]) / 'throttle.sqlite3')\n"
        "for _ in range(50): last = counts.add('k', 60)[0]"
    )
    crew = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path)]) for _ in range(3)]
    assert [process.wait(60) for process in crew] == [0, 0, 0]
    from fangcun.doors.storefront.throttle import _counts

    assert _counts(tmp_path).add("k", 60)[0] == 151
