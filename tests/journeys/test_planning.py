"""A planner and a colleague write one blueprint in the console: in forms, as text, at the same time."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.screens import Console


def begin(console: Console) -> Page:
    """A draft from the sample, opened in the form of its scenario."""
    page = console.page
    page.goto(f"{console.base_url}/console/plan/edit/")
    page.locator("button[value=sample]").click()
    page.wait_for_url(re.compile(r"/plan/edit/\d+/"))
    return page


def part(page: Page, where: str) -> str:
    """The address of a part of the draft that is open."""
    return re.sub(r"(/plan/edit/\d+/).*", rf"\1{where}", page.url)


def test_a_step_is_added_and_moved_in_the_form_and_saved_by_key(console):
    page = begin(console())
    page.goto(part(page, "?path=scenarios[pay_later]"))
    rows = page.locator("[data-rows=steps] .fc-row")
    expect(rows).to_have_count(4)
    page.locator("[data-rows=steps] .fc-add").click()
    expect(rows).to_have_count(5)
    rows.nth(4).locator("[name$='-id']").fill("thank")
    rows.nth(4).locator("[name$='-actor']").fill("system")
    rows.nth(4).locator("[name$='-event']").fill("thanks_sent")
    rows.nth(4).locator("[data-table] input").first.fill("order_number")
    expect(rows.nth(4).locator("[data-table='steps-5-props'] .fc-line")).to_have_count(2)
    rows.nth(4).locator("[data-move='-1']").click()
    expect(page.locator("#unsaved")).to_be_visible()
    page.keyboard.press("Control+s")
    expect(page.get_by_text("已保存到草稿").first).to_be_visible()
    ids = page.locator("[data-rows=steps] .fc-row [name$='-id']").evaluate_all(
        "all => all.map(one => one.value)"
    )
    assert ids == ["submit", "leave", "again", "thank", "pay"]


def test_inputs_follow_the_kind_of_metric(console):
    page = begin(console())
    page.goto(part(page, "?path=goals[repeat_30d]"))
    expect(page.locator("[name='metric.window_days']")).to_be_visible()
    expect(page.locator("[name='metric.of.kind']")).to_be_hidden()
    page.locator("[name='metric.kind']").select_option("ratio")
    expect(page.locator("[name='metric.of.kind']")).to_be_visible()
    expect(page.locator("[name='metric.window_days']")).to_be_hidden()


def test_findings_follow_the_text_and_it_is_saved_by_itself(console):
    page = begin(console())
    page.goto(part(page, "yaml?line=40"))
    expect(page.locator(".cm-activeLineGutter").first).to_have_text("40")
    expect(page.locator("#yaml-findings")).to_have_text("没有错误，也没有提醒。")
    page.keyboard.press("Control+End")
    page.keyboard.type("brnd: 1\n")
    expect(page.locator("#yaml-findings")).to_contain_text("没有 brnd 这个键")
    expect(page.locator(".cm-lint-marker-error")).to_have_count(1)
    expect(page.locator("[data-count=error]")).to_have_text("1")
    expect(page.locator("#yaml-state")).to_have_text("已保存")
    page.reload()
    page.locator("#yaml-findings a").click()
    expect(page.locator(".cm-activeLine")).to_contain_text("brnd: 1")
    page.keyboard.press("Control+End")
    page.keyboard.type("bud")
    expect(page.locator(".cm-tooltip-autocomplete")).to_contain_text("budgets")


def test_of_two_who_write_at_once_both_texts_stay_until_somebody_chooses(console):
    mine = begin(console())
    mine.goto(part(mine, "yaml"))
    theirs = console().page
    theirs.goto(mine.url)
    for page, text, key in ((theirs, "# 王\n", "Control+Home"), (mine, "# 李\n", "Control+End")):
        page.locator(".cm-content").click()
        page.keyboard.press(key)
        page.keyboard.type(text)
        if page is theirs:
            expect(page.locator("#yaml-state")).to_have_text("已保存")
    expect(mine.locator("#yaml-state")).to_contain_text("刚刚保存过这份草稿")
    mine.get_by_role("button", name="逐处对照").click()
    mine.locator(".cm-content").press("Control+Home")
    expect(mine.locator(".cm-deletedChunk").first).to_contain_text("# 王")
    mine.locator(".cm-chunkButtons").first.get_by_text("用同事的").click()
    mine.locator("#save").click()
    expect(mine.locator("#yaml-state")).to_have_text("已保存")
    theirs.reload()
    for page, key, text in ((theirs, "Control+Home", "# 王"), (theirs, "Control+End", "# 李")):
        page.locator(".cm-content").click()
        page.keyboard.press(key)
        expect(page.locator(".cm-content")).to_contain_text(text)
