"""Whatever takes the platform's time is named, with what shows it."""

from __future__ import annotations

import pytest

from fangcun.doors.cli.suites.load.bottleneck import causes, cost_of
from fangcun.doors.cli.suites.load.looks import Look
from fangcun.doors.cli.suites.load.numbers import Sample, steps_of

SLEEP = ["fangcun/doors/storefront/orders.py:56", "quote", "time.sleep(0.25)", 24]
BY_MEMBER = 'SELECT * FROM "orders_order" WHERE "orders_order"."member_id" = %s'
ONE_SKU = 'SELECT * FROM "catalog_sku" WHERE "catalog_sku"."id" = %s'


def cost(**changes):
    usual = {
        "wall": 12.0, "cpu": 8.0, "db": 3.0, "db_cpu": 2.0, "lock": 0.5, "commit": 0.5, "hold": 3.0, "longest": 3.0,
        "n": 6, "slow": ["SELECT 1", 1.0], "most": ["SELECT 1", 1], "where": [], "held": [],
    }  # fmt: skip
    return usual | changes


def asked(name: str, count: int = 20, *, status: int = 200, kind: str = "", **costs):
    told = cost(**costs) if costs is not None else {}
    return [Sample(100 + n / 10, 0, name, told["wall"], status, kind, told) for n in range(count)]


USUAL = [
    *asked("GET /home", 40, wall=2, cpu=1.5, db=0.3, db_cpu=0.2),
    *asked("GET /cart"),
    *asked("POST /cart/lines"),
]


def looks(*, web=60.0, machine=70.0, load=20.0, box=10.0, jobs=(0, 0, 0, 0)):
    cpu = {"web": web, "load": load, "wechatbox": box, "worker": 5.0}
    return [Look(100.0 + n, cpu, machine, number) for n, number in enumerate(jobs)]


def first(samples, seen=None, scans=None):
    [step] = steps_of(samples, [20], 10)
    return causes(samples, step, looks() if seen is None else seen, cores=2, scans=scans or {})[0]


def test_a_door_that_sleeps_is_named_with_the_line_it_sleeps_in():
    found = first([*USUAL, *asked("POST /quote", wall=265, cpu=9, db=3, where=SLEEP)])
    assert (found.kind, found.endpoint) == ("waiting", "POST /quote")
    assert found.share > 0.8
    assert found.evidence[-1] == "最常停在 fangcun/doors/storefront/orders.py:56（quote）：time.sleep(0.25)"


def test_a_statement_in_a_loop_is_named_as_such():
    loop = asked(
        "GET /orders", wall=90, cpu=60, db=30, db_cpu=15, n=44, most=[ONE_SKU, 40], slow=[ONE_SKU, 2.0]
    )
    found = first([*USUAL, *loop])
    assert (found.kind, found.endpoint) == ("statements", "GET /orders")
    assert found.title == "GET /orders 一次请求把同一条语句执行了 40 遍（N+1）"
    assert f"重复的语句：{ONE_SKU}" in found.evidence


def test_a_missing_index_is_named_with_its_table():
    slow = asked("GET /orders", wall=80, cpu=72, db=70, db_cpu=68, slow=[BY_MEMBER, 66.0])
    found = first([*USUAL, *slow], scans={BY_MEMBER: "orders_order"})
    assert (found.kind, found.title) == (
        "statements",
        "GET /orders 的语句没有索引可用，整表扫描 orders_order",
    )
    assert "执行计划：整表扫描 orders_order" in found.evidence


def test_a_missing_index_is_named_although_most_of_the_time_goes_elsewhere():
    scanned = asked("GET /orders/{number}", 10, wall=20, cpu=15, db=9, db_cpu=8, slow=[BY_MEMBER, 7.0])
    busy = asked("POST /events", 200, wall=10, cpu=9, db=1, db_cpu=1)
    found = first([*USUAL, *busy, *scanned], scans={BY_MEMBER: "orders_order"})
    assert (found.title, found.fault) == (
        "GET /orders/{number} 的语句没有索引可用，整表扫描 orders_order",
        True,
    )


def test_what_changes_rows_again_and_again_is_no_loop():
    draining = asked("POST /pay/check", 30, wall=60, cpu=20, db=30, most=["DELETE FROM kernel_job", 9])
    assert first([*USUAL, *draining]).fault is False


def test_who_holds_the_write_lock_is_named_not_who_waits_for_it():
    holder = asked(
        "POST /orders",
        10,
        wall=150,
        cpu=9,
        db=5,
        lock=5,
        hold=130,
        longest=120,
        held=["a.py:1", "place", "sleep()", 9],
    )
    waiters = asked("POST /login", 10, wall=320, cpu=8, lock=300, hold=4)
    found = first([*USUAL, *holder, *waiters])
    assert (found.kind, found.endpoint) == ("lock", "POST /orders")
    assert found.title == "数据库写锁，被 POST /orders 占着"
    assert any("等得最多的是 POST /login" in said for said in found.evidence)
    assert any("a.py:1（place）：sleep()" in said for said in found.evidence)


def test_many_short_holds_are_no_fault():
    busy = asked("POST /orders/{number}/pay/check", 10, wall=150, cpu=9, lock=60, hold=90, longest=15)
    found = first([*USUAL, *busy])
    assert (found.kind, found.fault) != ("lock", True)


def test_a_door_that_computes_too_much_is_named():
    found = first(
        [*USUAL, *asked("GET /search", wall=120, cpu=115, where=["s.py:9", "rank", "sorted(all)", 8])]
    )
    assert (found.kind, found.title) == ("cpu", "GET /search 的计算")
    assert found.evidence[-1] == "最常停在 s.py:9（rank）：sorted(all)"


def test_without_a_fault_it_is_the_cpu_and_others_on_the_machine_are_told():
    found = first(USUAL, looks(web=50, machine=100))
    assert (found.kind, found.title, found.fault) == ("cpu", "web 进程的 CPU", False)
    assert "别的程序占了约 115% 的一个核，这次的数字偏保守" in found.evidence


def test_waiting_for_ones_turn_is_nobodys_fault():
    crowded = [
        one
        for name in ("GET /home", "GET /cart", "POST /quote")
        for one in asked(name, wall=80, cpu=10, db=3, db_cpu=2)
    ]
    assert first(crowded, looks(web=100, machine=100)).kind == "cpu"


def test_limits_the_box_and_the_tester_himself_are_named():
    limited = asked("POST /login", 20, status=429, kind="429 too_many_requests")
    assert first([*USUAL, *limited]).title == "限流：POST /login"
    assert first(USUAL, looks(load=97)).title == "压测机自己"
    assert first(USUAL, looks(box=99)).title == "微信沙盒的 CPU（不是平台）"


def test_jobs_that_pile_up_are_seen():
    [step] = steps_of(USUAL, [20], 10)
    found = causes(USUAL, step, looks(jobs=(0, 20, 90, 200)), cores=2, scans={})
    assert [one.evidence for one in found if one.kind == "jobs"] == [
        ("等着做的后台任务从 0 个涨到 200 个，worker 跟不上",)
    ]


def test_a_platform_that_tells_nothing_is_judged_from_outside():
    samples = [
        Sample(1, 0, name, ms, 200)
        for name, ms in [("GET /home", 5.0), ("POST /quote", 260.0)]
        for _ in range(9)
    ]
    found = first(samples)
    assert (found.kind, found.endpoint) == ("endpoint", "POST /quote")
    assert "对方没有开诊断" in found.evidence[0]
    assert cost_of(samples, 0, "GET /home") is None


def test_what_an_endpoint_costs_is_told_on_average():
    assert cost_of(USUAL, 0, "GET /cart") == {
        "cpu": 6.0, "db": 3.0, "lock": 0.5, "commit": 0.5, "elsewhere": 2.0, "n": 6,
    }  # fmt: skip
    assert first(USUAL).share == pytest.approx(0.53, abs=0.2)
