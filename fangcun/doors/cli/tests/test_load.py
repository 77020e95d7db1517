"""The parts of a load test that need no load: proportions, numbers, where it saturates, what may be tested."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import cast

import pytest
from typer.testing import CliRunner

from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.reading import read
from fangcun.doors.cli.suites import app
from fangcun.doors.cli.suites.load.mix import shares_of
from fangcun.doors.cli.suites.load.numbers import (
    Sample,
    by_endpoint,
    curve,
    figures,
    percentile,
    read_samples,
    saturation,
    steps_of,
)
from fangcun.doors.cli.suites.load.scans import scans_of

ROOT = Path(__file__).resolve().parents[4]
TEXT = (ROOT / "blueprints" / "fresh-grocery.yaml").read_text()


def plan(text: str = TEXT) -> Blueprint:
    return cast(Blueprint, read(text).blueprint)


def many(step: int, count: int, ms: float, *, name="GET /home", kind="", at=0.0):
    return [Sample(at + number / 10, step, name, ms, 500 if kind else 200, kind) for number in range(count)]


def test_proportions_follow_from_the_goals():
    shares = {one.scenario: one for one in shares_of(plan())}
    assert sum(one.percent for one in shares.values()) == pytest.approx(100)
    # 50 orders a day over six scenarios; of those who begin to browse, 8 % buy.
    assert shares["buy"].percent / shares["coupon"].percent == pytest.approx(1 / 0.08)
    assert (shares["buy"].finished, shares["coupon"].finished) == (0.08, 1.0)
    assert shares["buy"].why == "目标每天完成 8.33 次，转化率 8%"
    assert shares["check_in"].why == "目标没有说次数，按平均"


def test_without_goals_that_count_every_scenario_is_walked_alike():
    text = TEXT.replace(
        "metric: {kind: count, event: order_paid, per: day}", "metric: {kind: retention, day: 3}"
    )
    text = text.replace(
        "metric: {kind: conversion, scenario: buy, per: week}", "metric: {kind: retention, day: 2}"
    )
    shares = shares_of(plan(text))
    assert {round(one.percent, 6) for one in shares} == {10.0}
    assert {one.why for one in shares} == {"目标都没有说次数，各占一份"}


def test_a_step_asks_what_the_phone_would_ask():
    shares = {one.scenario: one.acts for one in shares_of(plan())}
    assert shares["buy"] == (
        ("home",), ("product",), ("add_to_cart", "cart"), ("checkout",), ("submit",), ("request_payment",),
        ("pay", "order"),
    )  # fmt: skip
    assert shares["group_buy"][0] == ("open_group",)
    assert ("join_group",) in shares["group_buy"]


@pytest.mark.parametrize(
    ("values", "share", "value"),
    [
        ([], 0.5, 0),
        ([7], 0.99, 7),
        (list(range(1, 101)), 0.95, 95),
        (list(range(1, 101)), 0.5, 50),
        ([1, 2], 0.5, 1),
    ],
)
def test_a_percentile_is_a_value_that_was_measured(values, share, value):
    assert percentile(values, share) == value


def test_figures_count_what_failed_and_how_long_all_waited():
    found = figures("GET /home", [*many(0, 99, 10), *many(0, 1, 900, kind="500 internal_error")], 10)
    assert (found.count, found.failed, found.rate, found.error_share) == (100, 1, 10.0, 0.01)
    assert (found.p50, found.p95, found.p99, found.longest) == (10, 10, 10, 900)


def test_endpoints_stand_with_the_slowest_first():
    samples = [*many(0, 5, 10), *many(0, 5, 80, name="POST /quote")]
    assert [one.name for one in by_endpoint(samples, 1)] == ["POST /quote", "GET /home"]


def test_errors_are_counted_by_kind_in_each_step():
    samples = [*many(0, 3, 5), *many(1, 2, 5, kind="502 wechat_unavailable"), *many(1, 1, 5, kind="timeout")]
    first, second = steps_of(samples, [5, 10], 10)
    assert (first.errors, second.errors) == ({}, {"502 wechat_unavailable": 2, "timeout": 1})
    assert (first.users, second.users) == (5, 10)


def ramp(*steps: tuple[int, int, float]):
    """Steps of 10 s: (customers, requests, milliseconds)."""
    samples = [one for number, (_users, count, ms) in enumerate(steps) for one in many(number, count, ms)]
    return steps_of(samples, [users for users, _count, _ms in steps], 10)


def test_it_is_saturated_where_more_customers_only_wait_longer():
    found = saturation(ramp((10, 100, 20), (20, 200, 25), (30, 205, 60), (40, 204, 90)))
    assert found is not None
    assert (found.step, found.users, found.rate) == (2, 30, 20.5)
    assert found.why == "顾客多了 50%，吞吐只多 2%，p95 从 25 升到 60 ms"


def test_it_is_not_saturated_while_throughput_grows_or_nobody_waits_longer():
    assert saturation(ramp((10, 100, 20), (20, 190, 40), (30, 280, 60))) is None
    assert saturation(ramp((10, 100, 20), (20, 101, 20))) is None


def test_it_is_saturated_where_errors_begin():
    samples = [*many(0, 100, 20), *many(1, 98, 20), *many(1, 2, 20, kind="500 internal_error")]
    found = saturation(steps_of(samples, [10, 20], 10))
    assert found is not None
    assert (found.users, found.why) == (20, "2.0% 的请求失败")


def test_the_curve_counts_an_answer_when_it_came():
    samples = [
        Sample(100.0, 0, "a", 500, 200),
        Sample(100.9, 0, "a", 200, 200),
        Sample(101.0, 0, "a", 50, 500, "500"),
    ]
    assert curve(samples) == [(0, 1, 500, 0), (1, 2, 200, 1)]


def test_a_line_that_was_not_finished_is_left_out(tmp_path):
    lines = tmp_path / "samples.jsonl"
    lines.write_text('[1.5, 0, "GET /home", 12.5, 200, "", "bm90IGpzb24="]\n[2.5, 0, "GET /ho')
    assert read_samples(lines) == [Sample(1.5, 0, "GET /home", 12.5, 200)]


def test_a_statement_that_reads_a_whole_table_is_found(tmp_path):
    database = tmp_path / "shop.sqlite3"
    with sqlite3.connect(database) as connection:
        connection.execute('CREATE TABLE "orders_order" (id INTEGER PRIMARY KEY, member_id INT, number TEXT)')
        connection.execute('CREATE TABLE "catalog_product" (id INTEGER PRIMARY KEY, title TEXT)')
        connection.execute('CREATE INDEX "by_number" ON "orders_order" (number)')
    by_member = 'SELECT "orders_order"."id" FROM "orders_order" WHERE "orders_order"."member_id" = %s'
    by_number = 'SELECT "orders_order"."id" FROM "orders_order" WHERE "orders_order"."number" = %s'
    small = 'SELECT "catalog_product"."title" FROM "catalog_product"'
    aliased = 'SELECT U0."id" FROM "orders_order" U0 WHERE U0."member_id" = %s'
    found = scans_of(str(database), [by_member, by_number, small, aliased, "SELECT cut off FRO"])
    assert found == {by_member: "orders_order", aliased: "orders_order"}
    assert scans_of("postgres://shop", [by_member]) == {}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--target", "http://shop.example.com"], "--allow-host shop.example.com"),
        (
            ["--target", "http://shop.example.com", "--allow-host", "shop.example"],
            "shop.example.com 不是本机",
        ),
        (["--target", "ftp://127.0.0.1"], "不是 http 地址"),
    ],
)
def test_only_this_machine_is_loaded_unless_its_name_is_typed_again(asked, said):
    ended = CliRunner().invoke(
        app, ["load", "--plan", str(ROOT / "blueprints" / "fresh-grocery.yaml"), *asked]
    )
    assert ended.exit_code == 2
    assert said in ended.stderr.replace("\n", "")
