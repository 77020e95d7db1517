"""Which part of the platform gives way first, and what shows it.

A request spends its time computing, in statements, waiting for the database's write lock, committing to disk, or
waiting elsewhere: for the network, for a sleep, for its turn at the CPU. Summed over all requests of a step this says
what the platform's threads are busy with. Waiting for one's turn is alike for every endpoint, so what an endpoint waits
beyond the others' measure is its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from fangcun.doors.cli.suites.load.looks import Look
from fangcun.doors.cli.suites.load.numbers import Sample, Step

FULL_CORE = 85.0  # percent of one core, from which on a single-threaded program has no room
FULL_MACHINE = 90.0
LIMITED = 0.5  # of the failed requests were refused by a rate limit
REPEATED = 6  # times the same statement within one request, in a quarter of the requests at least
JOBS_PILE_UP = 50
NOTABLE = 0.08  # of all threads' time, from which on a fault is worth naming first
NOTABLE_SCAN = 0.02  # for it grows with the table
LONG_HOLD_MS = 50.0  # in one go
ENOUGH = 5  # samples, below which an endpoint says nothing
WAITED_LONG_MS = 30.0
MUCH_LOCKED = 0.1  # of all threads' time spent waiting for the write lock


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that takes time: how large a part of all threads' time, where, and what shows it.

    `fault` when it is one place that could be mended, not what every platform spends its time with.
    """

    kind: str
    share: float
    title: str
    endpoint: str = ""
    evidence: tuple[str, ...] = ()
    fault: bool = False


def causes(
    samples: Sequence[Sample], step: Step, looks: Sequence[Look], *, cores: int, scans: dict[str, str]
) -> list[Cause]:
    """Everything that takes threads' time in a step, faults before what is usual, then the largest first.

    The first is the first bottleneck.

    `scans` names the table that a statement reads from end to end, by the statement's text.
    """
    those = [one for one in samples if one.step == step.number]
    told = [one for one in those if one.cost]
    found = [*_of_threads(told, scans), *_of_machine(told, looks, cores), *_of_limits(those)]
    if jobs := _jobs(looks):
        found.append(jobs)
    if not told:
        found += _of_endpoints(step)
    return sorted(found, key=lambda one: (not one.fault, -one.share))


def _of_threads(told: Sequence[Sample], scans: dict[str, str]) -> Iterable[Cause]:
    whole = _sum(told, "wall")
    if not whole:
        return
    grouped: dict[str, list[Sample]] = defaultdict(list)
    for one in told:
        grouped[one.name].append(one)
    turn = _turn(grouped.values())
    waits: dict[str, float] = {}
    for name, those in grouped.items():
        if len(those) < ENOUGH:
            continue
        if statements := _statements(name, those, whole, scans):
            yield statements
        waited = sum(max(0.0, _elsewhere(one) - turn * _own_cpu(one)) for one in those)
        if waited / len(those) > WAITED_LONG_MS and waited / whole >= NOTABLE:
            waits[name] = waited / whole
            yield Cause(
                "waiting",
                waited / whole,
                f"{name} 在等待：既不在计算，也不在数据库",
                name,
                (
                    f"每次平均 {_mean(those, 'wall'):.0f} ms，其中等待 {waited / len(those):.0f} ms，"
                    f"计算 {sum(map(_own_cpu, those)) / len(those):.0f} ms，语句 {_mean(those, 'db'):.0f} ms",
                    *_seen(those, "where", "最常停在"),
                ),
                fault=True,
            )
    if lock := _lock(told, whole):
        # What the holder waits for while it holds the lock, all the others wait for too.
        yield replace(lock, share=lock.share + waits.get(lock.endpoint, 0.0) * (lock.share >= MUCH_LOCKED))
    commit = _sum(told, "commit")
    yield Cause(
        "commit",
        commit / whole,
        "写盘：提交事务要等磁盘",
        evidence=(f"提交占全部处理时间的 {commit / whole:.0%}，平均每个请求 {_mean(told, 'commit'):.1f} ms",),
    )


def _statements(name: str, those: Sequence[Sample], whole: float, scans: dict[str, str]) -> Cause | None:
    db = _sum(those, "db")
    if not db:
        return None
    count = median(one.cost["n"] for one in those)
    evidence = [f"每次 {count:.0f} 条语句，共 {db / len(those):.1f} ms，占全部处理时间的 {db / whole:.0%}"]
    repeated, times = sorted((_loop(one) for one in those), key=lambda told: told[1])[len(those) * 3 // 4]
    scanning = [one.cost["slow"] for one in those if one.cost["slow"][0] in scans]
    slowest, took = max(scanning or [one.cost["slow"] for one in those], key=lambda told: told[1])
    share, title, fault = db / whole, f"{name} 的数据库语句", False
    if times >= REPEATED:
        # Making so many statements costs more than running them.
        share = (db + sum(_own_cpu(one) for one in those)) / whole
        title, fault = f"{name} 一次请求把同一条语句执行了 {times} 遍（N+1）", share >= NOTABLE
        evidence.append(f"重复的语句：{repeated}")
    elif scanning:
        title = f"{name} 的语句没有索引可用，整表扫描 {scans[slowest]}"
        fault = sum(ms for _sql, ms in scanning) / whole >= NOTABLE_SCAN
    evidence.append(f"最慢的一条 {took:.0f} ms：{slowest}")
    if scanning:
        evidence.append(f"执行计划：整表扫描 {scans[slowest]}")
    evidence += _seen(those, "where", "最常停在")
    return Cause("statements", share, title, name, tuple(evidence), fault)


def _loop(one: Sample) -> tuple[str, int]:
    """The question that a request asked most often; what changes rows is seldom asked in vain."""
    sql, times = one.cost["most"]
    return (sql, times) if sql.startswith("SELECT") else ("", 0)


def _lock(told: Sequence[Sample], whole: float) -> Cause | None:
    waited = _sum(told, "lock")
    if waited / whole < 0.02:
        return None
    held: dict[str, float] = defaultdict(float)
    for one in told:
        held[one.name] += one.cost["hold"]
    holder = max(held, key=lambda name: held[name])
    of_holder = [one for one in told if one.name == holder]
    waiting = Counter(dict.fromkeys(held, 0.0))
    for one in told:
        waiting[one.name] += one.cost["lock"]
    longest = max(one.cost["lock"] for one in told)
    evidence = (
        f"等写锁占全部处理时间的 {waited / whole:.0%}，最长一次 {longest:.0f} ms；"
        f"等得最多的是 {waiting.most_common(1)[0][0]}",
        f"{holder} 占着写锁的时间最多：每次 {held[holder] / len(of_holder):.0f} ms，"
        f"占全部占锁时间的 {held[holder] / (sum(held.values()) or 1):.0%}",
        *_seen(of_holder, "held", "占锁时最常停在"),
    )
    is_fault = waited / whole >= MUCH_LOCKED and _mean(of_holder, "longest") >= LONG_HOLD_MS
    return Cause("lock", waited / whole, f"数据库写锁，被 {holder} 占着", holder, evidence, is_fault)


def _of_machine(told: Sequence[Sample], looks: Sequence[Look], cores: int) -> Iterable[Cause]:
    if not looks:
        return
    cpu = {name: median(one.cpu.get(name, 0.0) for one in looks) for name in looks[-1].cpu}
    machine = median(one.machine for one in looks)
    if told:
        yield _computing(told, cpu, machine, cores)
    elif max(machine, cpu.get("web", 0.0) / cores) >= FULL_MACHINE:
        said = f"web 用 {cpu.get('web', 0):.0f}% 的一个核（机器有 {cores} 个核，整机 {machine:.0f}%）"
        yield Cause("cpu", 0.5, "CPU", evidence=(said,))
    if cpu.get("load", 0.0) >= FULL_CORE:
        said = f"压测程序自己用满了一个核（{cpu['load']:.0f}%），再多顾客要从别的机器发起"
        yield Cause("load", 0.99, "压测机自己", evidence=(said,), fault=True)
    if cpu.get("wechatbox", 0.0) >= FULL_CORE:
        said = f"沙盒用了 {cpu['wechatbox']:.0f}% 的一个核"
        yield Cause("box", 0.9, "微信沙盒的 CPU（不是平台）", evidence=(said,), fault=True)


def _computing(told: Sequence[Sample], cpu: dict[str, float], machine: float, cores: int) -> Cause:
    grouped: dict[str, list[float]] = defaultdict(list)
    for one in told:
        grouped[one.name].append(_own_cpu(one))
    whole, computing = _sum(told, "wall"), sum(map(sum, grouped.values()))
    name = max(grouped, key=lambda one: sum(grouped[one]))
    part, each = sum(grouped[name]) / (computing or 1), median(grouped[name])
    others = [median(times) for other, times in grouped.items() if other != name]
    turn = median(_elsewhere(one) for one in told) * len(told) if machine >= FULL_MACHINE else 0.0
    evidence = [
        f"web 用 {cpu.get('web', 0):.0f}% 的一个核（机器有 {cores} 个核，整机 {machine:.0f}%）",
        f"计算最多的是 {name}：每次 {each:.1f} ms，占全部计算的 {part:.0%}",
    ]
    is_its_own = part > 0.3 and bool(others) and each > 5 * median(others)
    if is_its_own:
        evidence += _seen((one for one in told if one.name == name), "where", "最常停在")
    beside = machine * cores - sum(cpu.values())
    if beside > 50:
        evidence.append(f"别的程序占了约 {beside:.0f}% 的一个核，这次的数字偏保守")
    title = f"{name} 的计算" if is_its_own else "web 进程的 CPU"
    share = (sum(grouped[name]) if is_its_own else computing + turn) / (whole or 1)
    return Cause("cpu", share, title, name, tuple(evidence), is_its_own)


def _of_limits(those: Sequence[Sample]) -> Iterable[Cause]:
    failed = [one for one in those if one.kind]
    limited = [one for one in failed if one.status == 429]
    if limited and len(limited) / len(failed) >= LIMITED:
        [(name, times)] = Counter(one.name for one in limited).most_common(1)
        said = f"{len(limited)} 次请求被限流拒绝（429），其中 {name} {times} 次"
        yield Cause("limit", 0.95, f"限流：{name}", name, (said,), fault=True)


def _of_endpoints(step: Step) -> Iterable[Cause]:
    """Where the platform tells nothing of itself: the endpoint that most waiting is for."""
    whole = sum(one.p50 * one.count for one in step.endpoints) or 1.0
    for one in step.endpoints:
        if one.count >= ENOUGH:
            said = f"p50 {one.p50:.0f} ms、p95 {one.p95:.0f} ms，{one.count} 次；对方没有开诊断，看不到内部"
            yield Cause("endpoint", one.p50 * one.count / whole, one.name, one.name, (said,))


def _jobs(looks: Sequence[Look]) -> Cause | None:
    depth = [one.jobs for one in looks if one.jobs is not None]
    if len(depth) < 4 or depth[-1] < JOBS_PILE_UP or depth[-1] <= 2 * max(1, depth[len(depth) // 2]):
        return None
    said = f"等着做的后台任务从 {depth[0]} 个涨到 {depth[-1]} 个，worker 跟不上"
    return Cause("jobs", 0.3, "后台任务积压", evidence=(said,))


def _turn(groups: Iterable[Sequence[Sample]]) -> float:
    """Milliseconds that requests wait for their turn for each that they compute, as it is usual among endpoints."""
    ratios = [
        median(_elsewhere(one) / _own_cpu(one) for one in those if _own_cpu(one))
        for those in groups
        if len(those) >= ENOUGH and any(map(_own_cpu, those))
    ]
    return median(ratios) if ratios else 0.0


def _own_cpu(one: Sample) -> float:
    """Milliseconds of computing outside of statements."""
    return max(0.0, float(one.cost["cpu"] - one.cost["db_cpu"]))


def _elsewhere(one: Sample) -> float:
    """Milliseconds that a request neither computed nor was busy with the database."""
    cost = one.cost
    return max(0.0, float(cost["wall"] - cost["db"] - cost["lock"] - cost["commit"]) - _own_cpu(one))


def _sum(samples: Iterable[Sample], what: str) -> float:
    return float(sum(one.cost[what] for one in samples))


def _mean(samples: Sequence[Sample], what: str) -> float:
    return _sum(samples, what) / len(samples)


def _seen(samples: Iterable[Sample], what: str, said: str) -> list[str]:
    """The line of code that was seen most."""
    places: Counter[tuple[Any, ...]] = Counter()
    for one in samples:
        if place := one.cost.get(what):
            places[tuple(place[:3])] += place[3]
    return [f"{said} {place}（{function}）：{text}" for (place, function, text), _n in places.most_common(1)]


def cost_of(samples: Iterable[Sample], step: int, name: str) -> dict[str, float] | None:
    """What an endpoint's requests cost in a step, in milliseconds on average; None where the platform tells nothing."""
    those = [one for one in samples if one.cost and one.step == step and one.name == name]
    if not those:
        return None
    return {
        "cpu": round(sum(map(_own_cpu, those)) / len(those), 1),
        "db": round(_mean(those, "db"), 1),
        "lock": round(_mean(those, "lock"), 1),
        "commit": round(_mean(those, "commit"), 1),
        "elsewhere": round(sum(map(_elsewhere, those)) / len(those), 1),
        "n": median(one.cost["n"] for one in those),
    }
