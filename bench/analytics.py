"""How long questions take about ten million events, next to reading the same columns.

.venv/bin/python bench/analytics.py [--events 10000000] [--rounds 3] [--only funnel,visits] [--folder DIR]

Each question has a process of its own. In each round the raw scan and the question take turns; the best of the rounds
count. Peak memory is that of the whole process. With pandas installed, three questions are also counted by it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ground.events import DAYS, FIRST, made
from ground.scratch import scratch_home

SPAN = {"from": [FIRST.isoformat()], "to": ["2026-10-29"]}
FUNNEL = ["goods_viewed", "cart_added", "order_submitted", "order_paid"]
SHOWN = ["app_shown", "page_viewed"]
MEMBERS = tuple(range(0, 1_000_000, 2))


def question(name: str) -> tuple[Any, list[str], list[str]]:
    """A question by its name, the events that it reads ([] for all), and the columns beside person and ts."""
    from fangcun.insight.analytics.activity import ActivityQuestion
    from fangcun.insight.analytics.funnels.question import FunnelQuestion
    from fangcun.insight.analytics.paths import PathsQuestion
    from fangcun.insight.analytics.retention import RetentionQuestion
    from fangcun.insight.analytics.sharing import SharingQuestion
    from fangcun.insight.analytics.spans import span_of
    from fangcun.insight.analytics.visits import SourcesQuestion, VisitsQuestion
    from fangcun.insight.segments.lifecycle import StagesQuestion
    from fangcun.insight.segments.persona import PersonaQuestion
    from fangcun.insight.segments.rfm import RfmQuestion

    steps = {"step": FUNNEL, "where": [""] * 4, "role": ["step"] * 4, "window": ["7d"]}
    made: dict[str, tuple[Callable[[], Any], list[str], list[str]]] = {
        "funnel": (lambda: FunnelQuestion.of({**SPAN, **steps}), FUNNEL, []),
        "funnel, strict": (lambda: FunnelQuestion.of({**SPAN, **steps, "order": ["strict"]}), FUNNEL, []),
        "funnel by source": (
            lambda: FunnelQuestion.of({**SPAN, **steps, "by": ["source"]}),
            FUNNEL,
            ["props"],
        ),
        "funnel, unordered": (
            lambda: FunnelQuestion.of({**SPAN, **steps, "order": ["unordered"]}),
            FUNNEL,
            [],
        ),
        "activity": (lambda: ActivityQuestion.of(SPAN), [], []),
        "activity by channel": (
            lambda: ActivityQuestion.of({**SPAN, "event": ["app_shown"], "by": ["channel"]}),
            ["app_shown"],
            ["props"],
        ),
        "retention": (lambda: RetentionQuestion.of({**SPAN, "periods": ["30"]}), SHOWN, []),
        "visits": (lambda: VisitsQuestion.of(SPAN), [], ["session", "page"]),
        "sources": (lambda: SourcesQuestion.of({**SPAN, "by": ["channel"]}), [], ["session"]),
        "sharing": (lambda: SharingQuestion.of(SPAN), ["page_shared", *SHOWN], ["props"]),
        "paths": (lambda: PathsQuestion.of({**SPAN, "at": ["goods_viewed"]}), [], ["session"]),
        "RFM": (lambda: RfmQuestion.of(SPAN), ["order_paid"], ["props"]),
        "lifecycle": (lambda: StagesQuestion.of(SPAN), [], []),
        "persona": (
            # Every tenth member; all of them are members of the shop.
            lambda: PersonaQuestion(1, "", span_of(SPAN), None, MEMBERS[::10], MEMBERS, ()),
            [],
            ["page", "props"],
        ),
    }
    ask, events, columns = made[name]
    return ask(), events, columns


NAMES = (
    "funnel",
    "funnel, strict",
    "funnel by source",
    "funnel, unordered",
    "activity",
    "activity by channel",
    "retention",
    "visits",
    "sources",
    "sharing",
    "paths",
    "RFM",
    "lifecycle",
    "persona",
)


def measured(name: str, files: tuple[str, ...], rounds: int) -> dict[str, Any]:
    """In a process of its own: seconds of the scan and of the question, and the most memory it took (MB)."""
    import django

    django.setup()
    from fangcun.insight.analytics.engines.duck import duck
    from fangcun.insight.tracking.reading import Snapshot

    asked, events, columns = question(name)
    listed = ", ".join(f"'{event}'" for event in events)
    texts = "".join(f", sum(length({column}))" for column in columns)
    where = f" WHERE event IN ({listed})" if events else ""
    scan = f"SELECT count(*), sum(person), max(ts){texts} FROM ev{where}"
    best = {"scan": float("inf"), "question": float("inf")}
    answer = None
    for _ in range(rounds):
        for part in best:
            with duck(Snapshot(files, (), (), {})) as engine:
                started = time.perf_counter()
                answer = engine.rows(scan) if part == "scan" else asked.answer(engine)
                best[part] = min(best[part], time.perf_counter() - started)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"name": name, **best, "memory": memory, "answer": repr(answer)[:200]}


def ask_all(files: tuple[str, ...], names: list[str], rounds: int) -> None:
    print(f"{'question':24} {'seconds':>8} {'raw scan':>9} {'ratio':>7} {'peak MB':>8}")
    for name in names:
        command = [sys.executable, __file__, "--one", name, "--rounds", str(rounds), "--files", *files]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ)
        found = json.loads(done.stdout.splitlines()[-1])
        ratio = found["question"] / found["scan"]
        print(
            f"{name:24} {found['question']:8.2f} {found['scan']:9.2f} {ratio:7.2f} {found['memory']:8.0f}",
            flush=True,
        )


def pandas_too(files: tuple[str, ...]) -> None:
    """The same by pandas, as one would write it there; its reading of the files is not counted."""
    try:
        import pandas
    except ImportError:
        print("pandas is not installed: no figures of it")
        return
    read = [pandas.read_parquet(path, columns=["event", "person", "ts"]) for path in files]
    log = pandas.concat(read, ignore_index=True)
    started = time.perf_counter()
    day = (log.ts + 28_800_000) // 86_400_000
    log.person.groupby(day).nunique()
    print(f"pandas, activity         {time.perf_counter() - started:8.2f}")
    started = time.perf_counter()
    seen = log.loc[log.event.isin(SHOWN), ["person"]].assign(day=day).drop_duplicates()
    first = seen.groupby("person").day.transform("min")
    seen.groupby([first, seen.day - first]).size()
    print(f"pandas, retention        {time.perf_counter() - started:8.2f}")
    started = time.perf_counter()
    some = log[log.event.isin(FUNNEL)].sort_values(["person", "ts"])
    number = {event: n for n, event in enumerate(FUNNEL)}
    reached = [0] * len(FUNNEL)
    for _, rows in some.groupby("person"):
        starts: list[int | None] = [None] * len(FUNNEL)
        for event, ts in zip(rows.event, rows.ts, strict=True):
            step = number[event]
            if step == 0:
                starts[0] = ts
            elif starts[step - 1] is not None and ts <= starts[step - 1] + 7 * 86_400_000:
                starts[step] = starts[step - 1]
        for step, start in enumerate(starts):
            reached[step] += start is not None
    print(f"pandas, funnel           {time.perf_counter() - started:8.2f}  {reached}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "fangcun-bench-events")
    parser.add_argument("--only", default="")
    parser.add_argument("--one", choices=NAMES)
    parser.add_argument("--files", nargs="*")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measured(options.one, tuple(options.files), options.rounds)))
        return
    with scratch_home():
        started = time.perf_counter()
        files = made(options.folder, events=options.events)
        spent = time.perf_counter() - started
        print(f"{options.events:,} events of {DAYS} days in {len(files)} files ({spent:.0f} s to make)")
        names = [name for name in NAMES if not options.only or name in options.only.split(";")]
        ask_all(files, names, options.rounds)
        if not options.only:
            pandas_too(files)


if __name__ == "__main__":
    main()
