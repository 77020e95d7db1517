"""Each rule sees the mistake that is planted, on its line and nothing else; its clean neighbour stays silent."""

from __future__ import annotations

import pytest

from fangcun.blueprint.checking import check
from fangcun.blueprint.findings import Severity
from fangcun.blueprint.reading import read
from fangcun.blueprint.rules import RULES
from fangcun.blueprint.tests.clean import CLEAN, line_of, planted

WARNINGS = {
    "pain-unanswered",
    "goal-before-launch",
    "claim-without-evidence",
    "page-dead-end",
    "privacy-unused",
    "matrix-island",
}
FORM = {"yaml-syntax", "wrong-type", "unknown-key", "missing-key", "duplicate-id", "unknown-reference"}
ONE_BRANCH = CLEAN[
    CLEAN.index("    otherwise:\n      - {id: late") : CLEAN.index("  - id: group_buy\n    name")
]
PRICE = "    - {criterion: price, waived: 不打价格战}\n"
REFUSED = "contingencies:\n  - {id: refused, when: audit_refused, owner: li, plan: 申诉并改, slack_days: 3}\n"
EVIDENCE = "      evidence: [{on: 2026-11-02, note: 售后需电话}]\n"
DECLARED = "  content_declaration: {ugc: true, ugc_measures: 机审加人审}\n"
REVIEW = "      review: {machine: true, human: true, within_hours: 24}\n"
TOLD = "message: {channel: subscribe, template: order_paid, to: [customer]}"
RESULT = "event: group_result_sent, props: {group_id: id}, message: {channel: subscribe, template: group_result, to: [opener, invitee]}"
LATE = "message: {channel: in_app, to: [customer]}"

# rule, what is planted (pairs of old and new text), the path it is found at, a piece of its line
MISTAKES = [
    ("yaml-syntax", [("  start: 2026-12-01", "  start: [2026-12-01")], "", "  holidays:"),
    ("wrong-type", [("target: 0.20", "target: 20%")], "goals[repeat_30d].target", "target: 20%"),
    ("wrong-type", [("due: 2027-06-30\n  - id", "due: 2027-06-31\n  - id")], "goals[repeat_30d].due", "06-31"),
    ("wrong-type", [("priority: must", "priority: highest")], "features[shopping].priority", "highest"),
    ("wrong-type", [("aftersales: 1", "aftersales: 9")], "competitors.entries[peer_a].scores.aftersales", "aftersales: 9"),
    ("wrong-type", [("days: 10", "days: ten")], "schedule.stages[dev].days", "days: ten"),
    ("wrong-type", [("{product_id: id}", "{product_id: string}")], "scenarios[buy].steps[look].props.product_id", "string"),
    ("wrong-type", [("role: members", "role: main"), ("[club]", "[club]")], "programs[club].role", "青禾会员"),
    ("unknown-key", [("    serves: [repeat_30d, basket]", "    servs: [repeat_30d]\n    serves: [repeat_30d, basket]")], "scenarios[buy].servs", "servs"),
    ("unknown-key", [("album: 用于发布笔记", "album: 用于发布笔记, contacts: 找朋友")], "launch.privacy.contacts", "contacts"),
    ("missing-key", [("    target: 35\n", "")], "goals[basket].target", "  - id: basket"),
    ("missing-key", [("feature: refunds}", "feature: refunds}\n    - {criterion: reorder}")], "competitors.openings[1]", "{criterion: reorder}"),
    ("missing-key", [(TOLD, TOLD.replace("template: order_paid, ", ""))], "scenarios[buy].steps[told].message", "id: told, actor: system, event: message_sent"),
    ("duplicate-id", [("{id: zhou, name", "{id: sun, name"), ("owner: zhou", "owner: sun")], "team.members[sun]", "sun, name: 周运营"),
    ("duplicate-id", [("  me: {", "  home: {title: 又一个, path: pages/x/index, package: main}\n  me: {")], "pages.home", "又一个"),
    ("duplicate-id", [("path: pages-note/edit/index", "path: pages-note/list/index")], "pages.note_edit.path", "note_edit: {"),
    ("unknown-reference", [("serves: [repeat_30d, basket]", "serves: [repeat_30d, basket, orders]")], "scenarios[buy].serves[2]", "basket, orders]"),
    ("unknown-reference", [("owner: zhao", "owner: zhang")], "schedule.stages[ui].owner", "owner: zhang"),
    ("unknown-reference", [("  - id: basket\n", "  - id: basket\n    pain: repurchse\n")], "goals[basket].pain", "repurchse"),
    ("unknown-reference", [("order_path: pages-trade/orders/index", "order_path: pages/orders")], "launch.order_path", "order_path"),
    ("pain-unanswered", [("text: 老客复购率低}]", "text: 老客复购率低}, {id: queue, text: 排队久}]")], "enterprise.pains[queue]", "pains:"),
    ("goal-unmeasurable", [("event: order_paid, window_days", "event: order_done, window_days")], "goals[repeat_30d].metric.event", "order_done"),
    ("goal-unmeasurable", [("prop: amount", "prop: total")], "goals[basket].metric.of.prop", "prop: total"),
    ("goal-unmeasurable", [("prop: amount", "prop: channel")], "goals[basket].metric.of.prop", "prop: channel"),
    ("goal-unmeasurable", [("where: {channel: [friend, poster]}", "where: {scene: 1}")], "goals[basket].metric.to.where.scene", "scene: 1"),
    ("goal-unmeasurable", [("{kind: repeat, event: order_paid, window_days: 30}", "{kind: conversion, scenario: sell}")], "goals[repeat_30d].metric.scenario", "sell"),
    ("goal-unserved", [("serves: [repeat_30d, basket]", "serves: [repeat_30d]")], "goals[basket]", "  - id: basket"),
    ("goal-direction", [("target: 0.20", "target: 0.10")], "goals[repeat_30d].target", "target: 0.10"),
    ("goal-direction", [("target: 35", "target: 40")], "goals[basket].target", "target: 40"),
    ("goal-before-launch", [("due: 2027-06-30\n  - id", "due: 2027-01-07\n  - id")], "goals[repeat_30d].due", "2027-01-07"),
    ("opening-unanswered", [(PRICE, "")], "competitors.criteria[price]", "id: price"),
    ("opening-unanswered", [("reorder: 4", "reorder: 2")], "competitors.criteria[reorder]", "id: reorder"),
    ("claim-without-evidence", [(EVIDENCE, "")], "competitors.entries[peer_a]", "- id: peer_a"),
    ("feature-without-scenario", [("kind: traffic, scenarios: [group_buy]", "kind: traffic")], "features[group_buy]", "id: group_buy, name: 拼团, priority"),
    ("scenario-open", [("closes_with: told\n    otherwise:\n      - {id: late", "closes_with: pay\n    otherwise:\n      - {id: late")], "scenarios[buy].closes_with", "closes_with: pay"),
    ("scenario-open", [(RESULT, RESULT.replace(", invitee]", "]"))], "scenarios[group_buy].steps[told]", "group_result_sent"),
    ("scenario-open", [(", " + TOLD, "")], "scenarios[buy].steps[told]", "message_sent"),
    ("scenario-no-otherwise", [(ONE_BRANCH, "")], "scenarios[buy]", "  - id: buy"),
    ("journey-unwalkable", [("leads_to: [paid], uses", "leads_to: [product], uses"), ("leads_to: [orders]}\n  product", "leads_to: [orders, paid]}\n  product"), ("max_taps: 3", "max_taps: 2"), ("leads_to: [product, notes]", "leads_to: [checkout, notes]")], "scenarios[buy].steps[pay]", "id: pay, actor"),
    ("consent-missing", [(", ask_consent: [order_paid]", "")], "scenarios[buy].steps[told]", "message_sent"),
    ("consent-missing", [("event: group_joined, props: {group_id: id}, ask_consent: [group_result]", "event: group_joined, props: {group_id: id}"), ("then: [refund, message], message: {channel: subscribe, template: group_result, to: [opener, invitee]}", "then: [refund]")], "scenarios[group_buy].steps[told]", "group_result_sent"),
    ("consent-missing", [(LATE, "message: {channel: subscribe, template: late, to: [customer]}")], "scenarios[buy].otherwise[late]", "id: late"),
    ("consent-missing", [("after: submit, event", "after: told, event"), (LATE, TOLD)], "scenarios[buy].otherwise[late]", "id: late"),
    ("key-missing", [("event: group_joined, props: {group_id: id}", "event: group_joined")], "scenarios[group_buy].steps[join]", "id: join"),
    ("event-name", [("event: goods_viewed", "event: goods_view")], "scenarios[buy].steps[look].event", "goods_view,"),
    ("event-name", [("event: goods_viewed", "event: viewed")], "scenarios[buy].steps[look].event", "event: viewed"),
    ("event-name", [("event: goods_viewed", "event: goodsViewed")], "scenarios[buy].steps[look].event", "goodsViewed"),
    ("event-name", [("event: goods_viewed", "event: goods_feed")], "scenarios[buy].steps[look].event", "goods_feed"),
    ("event-conflict", [("event: order_cancelled, props: {order_number: id}", "event: order_submitted, props: {order_number: text}")], "scenarios[buy].otherwise[late].props.order_number", "id: late"),
    ("page-unreachable", [("leads_to: [checkout, group]", "leads_to: [checkout]")], "pages.group", "  group: {"),
    ("page-too-deep", [("leads_to: [paid], uses", "leads_to: [paid], key: true, uses"), ("max_taps: 3", "max_taps: 1"), ("id: submit, actor: customer, page: checkout", "id: submit, actor: customer, page: product"), ("id: pay, actor: customer, page: paid", "id: pay, actor: customer, page: product"), ("index, package: trade, leads_to: [paid], key: true, uses: [address, payment], key: true", "index, package: trade, leads_to: [paid], uses: [address, payment], key: true")], "pages.checkout", "checkout: {"),
    ("tab-count", [("tab: 2, ", ""), ("tab: 1, leads_to: [product]", "tab: 1, leads_to: [product, me]")], "pages", "pages:\n"),
    ("tab-package", [("pages/me/index, package: main", "pages/me/index, package: user")], "pages.me.package", "  me: {"),
    ("page-dead-end", [("leads_to: [notes], uses: [album]", "uses: [album]")], "pages.note_edit", "note_edit: {"),
    ("ugc-unreviewed", [(REVIEW, "")], "content.ugc[kitchen]", "- id: kitchen"),
    ("ugc-unreviewed", [("human: true", "human: false")], "content.ugc[kitchen].review", "human: false"),
    ("ugc-undeclared", [(DECLARED, "")], "launch", "launch:"),
    ("ugc-undeclared", [("{ugc: true, ugc_measures", "{ugc: false, ugc_measures")], "launch.content_declaration.ugc", "ugc: false"),
    ("privacy-undeclared", [("{address: 用于配送, album", "{album")], "pages.checkout.uses[0]", "checkout: {"),
    ("privacy-unused", [("{address: 用于配送, album", "{address: 用于配送, camera: 扫码, album")], "launch.privacy.camera", "camera"),
    ("permission-missing", [("status: applied", "status: missing")], "pages.checkout.uses[1]", "checkout: {"),
    ("qualification-expires", [("expires: 2028-05-01", "expires: 2027-01-07")], "qualifications[food].expires", "2027-01-07"),
    ("stage-incomplete", [(", owner: zhao", "")], "schedule.stages[ui]", "id: ui"),
    ("stage-incomplete", [("deliverables: [设计稿], acceptance: [{text: 评审通过}]", "deliverables: [], acceptance: []")], "schedule.stages[ui]", "id: ui"),
    ("stage-kind-missing", [("kind: design", "kind: development")], "schedule.stages", "  stages:"),
    ("schedule-cycle", [("owner: li, days: 5", "owner: li, after: [live], days: 5")], "schedule.stages[req].after", "id: req"),
    ("team-gap", [("role: test", "role: design")], "team.members", "  members:\n    - {id: li"),
    ("audit-slack", [(REFUSED, "")], "contingencies", "blueprint: 1"),
    ("audit-slack", [("slack_days: 3", "slack_days: 2")], "contingencies[refused].slack_days", "slack_days: 2"),
    ("matrix-island", [("青禾鲜商城, jumps_to: [club]", "青禾鲜商城")], "programs[club]", "id: club"),
    ("brand-contrast", [('on_color: "#FFFFFF"', 'on_color: "#88AA99"')], "brand.on_color", "on_color"),
]  # fmt: skip

# rule, what is changed; nothing is wrong with it
NEIGHBOURS = [
    ("yaml-syntax", [("pain: repurchase", "pain: &p repurchase"), ("id: repurchase", "id: 'repurchase'")]),
    ("wrong-type", [("target: 35", "target: 35.5"), ("due: 2027-06-30\n\n", "due: '2027-06-30'\n\n")]),
    ("wrong-type", [('"enum(friend, poster)"', "enum(friend, poster)".join(('"', '"')))]),
    ("unknown-key", [("brand: {color", "brand: {corner_px: 8, logo: brand/logo.svg, color")]),
    ("missing-key", [("    direction: up\n", ""), ("    window_hours: 24\n", "")]),
    ("duplicate-id", [("  - id: group_buy\n    name", "  - id: group_bought\n    name"), ("scenarios: [group_buy]", "scenarios: [group_bought]")]),
    ("unknown-reference", [("covers: [shopping]", "covers: [shopping, 生鲜果蔬, payment]"), ("order_path: pages", "order_path: /pages")]),
    ("pain-unanswered", [("  - id: basket\n", "  - id: basket\n    pain: repurchase\n")]),
    ("goal-unmeasurable", [("event: order_paid, window_days", "event: group_expired, window_days")]),
    ("goal-unmeasurable", [("{kind: repeat, event: order_paid, window_days: 30}", "{kind: retention, day: 7, per: week}")]),
    ("goal-unmeasurable", [("{kind: repeat, event: order_paid, window_days: 30}", "{kind: conversion, scenario: group_buy, program: shop}")]),
    ("goal-unmeasurable", [("{kind: repeat, event: order_paid, window_days: 30}", "{kind: persons, event: app_shown, per: month}")]),
    ("goal-unserved", [("serves: [repeat_30d]\n    key", "serves: [basket]\n    key")]),
    ("goal-direction", [("target: 35", "target: 39.99")]),
    ("goal-before-launch", [("due: 2027-06-30\n  - id", "due: 2027-01-08\n  - id")]),
    ("opening-unanswered", [(PRICE, ""), ("price: 2", "price: 3")]),
    ("claim-without-evidence", [(EVIDENCE, ""), ("scores: {reorder: 4, aftersales: 1, price: 2}", "business_model: 前置仓"), ("    - {criterion: aftersales", "    - {criterion: reorder, waived: 已够好}\n    - {criterion: aftersales")]),
    ("feature-without-scenario", [("priority: could", "priority: wont")]),
    ("scenario-open", [(RESULT, RESULT.replace("[opener, invitee]", "[invitee, opener]"))]),
    ("scenario-open", [("      - {id: told, actor: system, event: message_sent, " + TOLD + "}\n    closes_with: told\n", "      - {id: told, actor: clerk, event: order_packed}\n      - {id: seen, actor: customer, page: orders, event: orders_viewed}\n    closes_with: seen\n")]),
    ("scenario-no-otherwise", [("after: submit, event: order_cancelled, props: {order_number: id}, ", "")]),
    ("journey-unwalkable", [("id: pay, actor: customer, page: paid", "id: pay, actor: customer, page: orders")]),
    ("journey-unwalkable", [("id: join, actor: invitee, page: group", "id: join, actor: invitee, page: note_edit")]),
    ("consent-missing", [("ask_consent: [order_paid]", "ask_consent: [order_paid, order_paid]"), ("after: submit, event", "after: told, event"), (LATE, TOLD)]),
    ("consent-missing", [(LATE, TOLD)]),
    ("consent-missing", [("id: pay, actor: customer, page: paid", "id: pay, ask_consent: [order_paid], actor: customer, page: paid"), (", ask_consent: [order_paid]}\n", "}\n")]),
    ("key-missing", [("key: group_id\n", "key: person\n"), ("event: group_joined, props: {group_id: id}", "event: group_joined")]),
    ("event-name", [("event: goods_viewed", "event: page_left"), ("event: order_cancelled", "event: sale_order_unpaid")]),
    ("event-conflict", [("event: order_cancelled, props: {order_number: id}", 'event: order_paid, props: {order_number: id, channel: "enum( poster,friend )"}')]),
    ("page-unreachable", [("leads_to: [product, notes]", "leads_to: [product]"), ("leads_to: [orders]}\n  product", "leads_to: [orders, notes]}\n  product")]),
    ("page-too-deep", [("leads_to: [notes], uses", "leads_to: [notes], key: false, uses")]),
    ("page-too-deep", [("  notes: {", "  tips: {title: 贴士, path: pages-note/tips/index, package: note, leads_to: [notes], key: true}\n  notes: {"), ("leads_to: [product, notes]", "leads_to: [product, notes, tips]")]),
    ("tab-count", [("leads_to: [notes], uses: [album]", "leads_to: [notes], uses: [album]"), ("  notes: {title: 厨房笔记, path: pages-note/list/index, package: note,", "  notes: {title: 厨房笔记, path: pages/list/index, package: main, tab: 3,")]),
    ("tab-package", [("path: pages-note/list/index, package: note", "path: pages-note/list/index, package: main")]),
    ("page-dead-end", [("leads_to: [orders]}\n  orders", "leads_to: []}\n  orders")]),
    ("ugc-unreviewed", [("within_hours: 24", "within_hours: 0.5")]),
    ("ugc-undeclared", [("{ugc: true, ugc_measures: 机审加人审}", "{ugc: true}")]),
    ("privacy-undeclared", [("uses: [share]", "uses: [share, payment]")]),
    ("privacy-unused", [("uses: [share]", "uses: [share, camera]"), ("{address: 用于配送, album", "{address: 用于配送, camera: 扫码, album")]),
    ("permission-missing", [("status: applied", "status: have")]),
    ("qualification-expires", [("expires: 2028-05-01", "expires: 2027-03-10")]),
    ("stage-incomplete", [("{text: 评审通过}", "{text: 评审通过}, {check: events_covered}")]),
    ("stage-kind-missing", [("id: ui, kind: design", "id: ui2, kind: design, after: [req], name: 视觉, owner: zhao, days: 2, deliverables: [稿], acceptance: [{text: 好}]}\n    - {id: ui, kind: design")]),
    ("schedule-cycle", [("after: [qa]", "after: [qa, dev, req]")]),
    ("team-gap", [("driver: product", "driver: marketing")]),
    ("audit-slack", [(REFUSED, REFUSED.replace("slack_days: 3", "slack_days: 1") + "  - {id: again, when: audit_refused, owner: sun, plan: 换类目, slack_days: 5}\n")]),
    ("matrix-island", [("  - {id: club, role: members, name: 青禾会员, jumps_to: [shop]}\n", ""), ("jumps_to: [club]", "jumps_to: []")]),
    ("brand-contrast", [("#087F45", "#767676")]),
]  # fmt: skip


def said(text):
    return [(one.rule, one.path, one.line) for one in check(read(text))]


def test_the_clean_plan_is_clean():
    assert said(CLEAN) == []


@pytest.mark.parametrize(
    ("rule", "changes", "path", "piece"),
    MISTAKES,
    ids=[f"{n}-{rule}" for n, (rule, *_) in enumerate(MISTAKES)],
)
def test_a_planted_mistake_is_found_where_it_was_planted_and_nothing_else(rule, changes, path, piece):
    text = planted(*changes)
    findings = check(read(text))
    assert [(one.rule, one.path, one.line) for one in findings] == [(rule, path, line_of(text, piece))]
    [finding] = findings
    assert finding.severity == (Severity.WARNING if rule in WARNINGS else Severity.ERROR)
    assert finding.message
    assert finding.fix


@pytest.mark.parametrize(
    ("rule", "changes"), NEIGHBOURS, ids=[f"{n}-{rule}" for n, (rule, _) in enumerate(NEIGHBOURS)]
)
def test_the_clean_neighbour_of_a_mistake_stays_silent(rule, changes):
    assert said(planted(*changes)) == []


def test_every_rule_has_a_mistake_and_a_neighbour():
    names = {one.name for one in RULES} | FORM
    assert {rule for rule, *_ in MISTAKES} == names
    assert {rule for rule, _ in NEIGHBOURS} == names


def test_every_rule_says_what_it_looks_for():
    for one in RULES:
        assert one.says, one.name
        assert one.severity == (Severity.WARNING if one.name in WARNINGS else Severity.ERROR)


def test_a_paper_that_ends_soon_after_the_launch_is_a_warning():
    for day in ("2027-01-08", "2027-03-09"):
        [finding] = check(read(planted(("expires: 2028-05-01", f"expires: {day}"))))
        assert (finding.rule, finding.severity) == ("qualification-expires", Severity.WARNING)


def test_all_findings_come_in_one_go_in_the_order_of_the_document():
    text = planted(
        ("target: 0.20", "target: 0.10"),
        ("slack_days: 3", "slack_days: 1"),
        ("subject: enterprise", "subjekt: enterprise"),
    )
    assert [one.rule for one in check(read(text))] == [
        "missing-key",
        "unknown-key",
        "goal-direction",
        "audit-slack",
    ]


def test_the_shortest_way_to_a_page_that_is_too_deep_is_named():
    text = planted(("max_taps: 3", "max_taps: 1"))
    findings = [one for one in check(read(text)) if one.rule == "page-too-deep"]
    assert [one.message for one in findings] == [
        "“结算”要点 2 次才能到，超过 1 次；最短的路是 首页 → 商品 → 结算"
    ]
