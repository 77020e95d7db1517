"""What is compiled says what the plan says, in the same bytes every time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from fangcun.blueprint.compiling import (
    FILES,
    acceptance,
    compile_blueprint,
    consents,
    dossier,
    funnels,
    pages,
    sitemap,
    theme,
    tracking_plan,
    typescript,
)
from fangcun.blueprint.compiling import schedule as compiled_schedule
from fangcun.blueprint.compiling.phone import root_of
from fangcun.blueprint.tests.clean import CLEAN, plan, planted
from fangcun.blueprint.tests.large import large_blueprint

ROOT = Path(__file__).resolve().parents[3]
COMPILE = """
import sys
from fangcun.blueprint.compiling import compile_blueprint
from fangcun.blueprint.reading import read
print(sorted(compile_blueprint(read(sys.stdin.read()).blueprint).items()))
"""


def event(bp: Any, name: str) -> dict[str, Any]:
    return next(one for one in tracking_plan(bp)["events"] if one["name"] == name)


def test_a_plan_is_compiled_into_its_ten_files():
    made = compile_blueprint(plan(CLEAN))
    assert list(made) == [
        "tracking.json", "funnels.json", "consents.json", "sitemap.json", "pages.json", "theme.json",
        "acceptance.json", "schedule.json", "dossier.json", "tracking.d.ts",
    ]  # fmt: skip
    for name, text in made.items():
        assert text.endswith("\n")
        if name.endswith(".json"):
            assert json.loads(text)


def test_another_process_with_another_hash_seed_compiles_the_same_bytes():
    made = {
        subprocess.run(
            [sys.executable, "-c", COMPILE],
            input=large_blueprint(),
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(made) == 1


def test_comments_and_layout_change_no_byte():
    text = CLEAN.replace("programs:\n", "# 说明\n\nprograms:\n").replace(
        "{id: shop, role: main,", "{id: shop,   role: main,"
    )
    assert compile_blueprint(plan(text)) == compile_blueprint(plan(CLEAN))


def test_an_event_has_its_schema_and_its_triggers():
    assert event(plan(CLEAN), "order_paid") == {
        "name": "order_paid",
        "automatic": False,
        "triggers": [{"scenario": "buy", "step": "pay", "branch": False, "actor": "customer", "page": "paid", "when": None}],
        "schema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "order_paid",
            "type": "object",
            "properties": {
                "order_number": {"type": ["string", "integer"], "x-type": "id"},
                "amount": {"type": "integer", "x-type": "fen"},
                "channel": {"type": "string", "enum": ["friend", "poster"], "x-type": "enum"},
            },
            "required": ["order_number", "amount", "channel"],
            "additionalProperties": True,
        },
    }  # fmt: skip


def test_an_event_of_a_branch_says_when():
    [trigger] = event(plan(CLEAN), "group_expired")["triggers"]
    assert (trigger["branch"], trigger["actor"], trigger["when"]) == (True, "system", "24 小时未成团")


def test_properties_that_not_every_trigger_carries_are_optional():
    bp = plan(
        planted(
            (
                "event: order_cancelled, props: {order_number: id}",
                "event: order_paid, props: {order_number: id, why: text}",
            )
        )
    )
    schema = event(bp, "order_paid")["schema"]
    assert list(schema["properties"]) == ["order_number", "amount", "channel", "why"]
    assert schema["required"] == ["order_number"]
    assert (
        "order_paid: { order_number: string | number, amount?: number, channel?: 'friend' | 'poster', why?: string }"
        in typescript(bp)
    )


def test_automatic_events_follow_and_require_nothing():
    events = tracking_plan(plan(CLEAN))["events"]
    assert [one["name"] for one in events if one["automatic"]] == [
        "app_launched", "app_shown", "app_hidden", "app_failed", "page_viewed", "page_left", "page_shared",
        "page_favorited", "element_tapped", "user_logged_in", "goods_bought", "link_opened", "coupon_claimed", "coupon_used",
        "checked_in", "points_changed", "tier_changed", "activity_signed_up", "invitation_accepted",
        "invitation_rewarded", "automation_entered", "automation_acted",
    ]  # fmt: skip
    assert all(one["schema"]["required"] == [] for one in events if one["automatic"])


def test_a_goal_over_a_span_implies_how_often_its_event_comes():
    bp = plan(
        planted(
            (
                "{kind: repeat, event: order_paid, window_days: 30}",
                "{kind: count, event: order_paid, per: day}",
            ),
            ("baseline: 0.12", "baseline: 50"),
            ("target: 0.20", "target: 20"),
            ("direction: up", "direction: down"),
        )
    )
    assert event(bp, "order_paid")["expected"] == {
        "goal": "repeat_30d",
        "counts": "count",
        "per": "day",
        "low": 20.0,
        "high": 50.0,
    }
    assert "expected" not in event(bp, "goods_viewed")


def test_every_scenario_has_a_funnel():
    buy, group = funnels(plan(CLEAN))
    assert (buy["key"], buy["window_ms"]) == ("person", 7 * 24 * 3_600_000)
    assert group == {
        "id": "group_buy",
        "name": "拼团",
        "key": "group_id",
        "window_ms": 24 * 3_600_000,
        "steps": [
            {"step": "open", "event": "group_opened"},
            {"step": "join", "event": "group_joined"},
            {"step": "told", "event": "group_result_sent"},
        ],
    }


def test_consents_say_where_when_and_how_often():
    bp = plan(planted(("ask_consent: [order_paid]", "ask_consent: [order_paid, order_paid]")))
    assert consents(bp)[0] == {
        "scenario": "buy",
        "step": "submit",
        "branch": False,
        "actor": "customer",
        "page": "checkout",
        "page_path": "pages-trade/checkout/index",
        "template": "order_paid",
        "event": "order_submitted",
        "times": 2,
    }


def test_the_map_knows_the_shortest_way_to_each_page():
    found = {one["id"]: one for one in sitemap(plan(CLEAN))["pages"]}
    assert (found["paid"]["depth"], found["paid"]["way"]) == (3, ["home", "product", "checkout", "paid"])
    assert (found["me"]["depth"], found["me"]["way"]) == (1, ["home", "me"])


def test_the_map_carries_the_budgets_that_were_set():
    set_one = plan(
        planted(("budgets: {main_kb: 1200, package_kb: 1000, api_ms: 300}", "budgets: {main_kb: 1200}"))
    )
    assert sitemap(set_one)["budgets"] == {"main_kb": 1200}


def test_the_mini_program_gets_pages_packages_and_tabs():
    made = pages(plan(CLEAN))
    assert [one["path"] for one in made["pages"]] == ["pages/home/index", "pages/me/index"]
    assert made["tabBar"]["list"] == [
        {"pagePath": "pages/home/index", "text": "首页"},
        {"pagePath": "pages/me/index", "text": "我的"},
    ]
    roots = {package["root"]: [page["path"] for page in package["pages"]] for package in made["subPackages"]}
    assert roots["pages-trade"] == ["checkout/index", "paid/index", "orders/index"]
    assert roots["pages-goods"] == ["product/index"]


def test_a_root_is_what_the_pages_of_a_package_have_in_common():
    assert root_of(["a/b/c", "a/b/d", "a/e/f"]) == "a"
    assert root_of(["pkg/goods/one/index", "pkg/goods/two/index"]) == "pkg/goods"
    assert root_of(["a/b/c"]) == "a"
    assert root_of(["pages/a/index"], ["pages/b/index"]) == "pages/a"


def test_a_package_whose_pages_share_no_folder_of_their_own_becomes_several():
    def packages(*changes: tuple[str, str]) -> dict[str, list[str]]:
        made = pages(plan(planted(*changes)))["subPackages"]
        return {one["root"]: [page["path"] for page in one["pages"]] for one in made}

    apart = packages(("pages-trade/paid/index", "pages-paid/paid/index"))
    assert (apart["pages-trade"], apart["pages-paid"]) == (["checkout/index", "orders/index"], ["paid/index"])
    beside_main = packages(
        ("pages-note/list/index", "pages/notes/index"), ("pages-note/edit/index", "pages/note/index")
    )
    assert (beside_main["pages/notes"], beside_main["pages/note"]) == (["index"], ["index"])


def test_typescript_quotes_what_a_value_may_hold():
    bp = plan(planted(('channel: "enum(friend, poster)"', "channel: \"enum(it's, a|b, it's)\"")))
    assert "channel: 'it\\'s' | 'a|b' }" in typescript(bp)
    assert event(bp, "order_paid")["schema"]["properties"]["channel"]["enum"] == ["it's", "a|b"]


def test_the_theme_is_worked_out_from_the_brand():
    assert theme(plan(CLEAN)) == {
        "color": "#087F45",
        "on_color": "#FFFFFF",
        "corner_px": 8,
        "logo": "",
        "tokens": {
            "brand": "#087F45",
            "brand_deep": "#066336",
            "brand_soft": "#E1F4EB",
            "on_brand": "#FFFFFF",
            "corner": "8px",
        },
    }
    without = plan(planted(('brand: {color: "#087F45", on_color: "#FFFFFF"}\n', "")))
    assert theme(without)["color"] == "#087F45"


def test_each_way_through_a_scenario_is_accepted_on_its_own():
    ways = acceptance(plan(CLEAN))
    assert [(one["scenario"], one["branch"], [step["step"] for step in one["steps"]]) for one in ways] == [
        ("buy", None, ["look", "submit", "pay", "told"]),
        ("buy", "late", ["look", "submit", "late"]),
        ("group_buy", None, ["open", "join", "told"]),
        ("group_buy", "expired", ["open", "expired"]),
    ]
    submit = ways[0]["steps"][1]
    assert submit["given"] == "customer 在“结算”"
    assert submit["then"] == "收到事件 order_submitted，询问授权 order_paid"
    assert submit["event"] == {"name": "order_submitted", "props": {"order_number": "id"}}
    assert ways[0]["steps"][3]["message"] == {
        "channel": "subscribe",
        "template": "order_paid",
        "to": ["customer"],
    }


def test_the_schedule_has_dates_and_the_critical_path():
    made = compiled_schedule(plan(CLEAN))
    assert (made["start"], made["end"], made["launch_end"]) == ("2026-12-01", "2027-01-08", "2027-01-08")
    assert made["critical"] == ["req", "ui", "dev", "qa", "live"]
    assert made["stages"][3]["start"] == "2026-12-29"
    assert made["stages"][3]["end"] == "2027-01-05"
    assert made["content"][0]["upload_on"] == "2027-01-08"


def test_the_dossier_has_what_is_filled_in_at_submission():
    made = dossier(plan(CLEAN))
    assert made["privacy"] == [
        {"capability": "address", "purpose": "用于配送", "pages": ["checkout"]},
        {"capability": "album", "purpose": "用于发布笔记", "pages": ["note_edit"]},
    ]
    assert made["permissions"] == [{"capability": "payment", "pages": ["checkout"], "papers": ["pay"]}]
    assert made["declarations"]["ugc"] is True
    assert made["qualifications"][1]["days_left"] == 479
    assert made["order_path"] == "pages-trade/orders/index"
    assert made["entry"] == "pages/home/index"
    assert "微信登录" in made["test_account"]
    assert list(FILES)[-1] == "tracking.d.ts"
