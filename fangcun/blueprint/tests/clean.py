"""A small plan without a fault, for tests to plant one in."""

from __future__ import annotations

from typing import Any

from fangcun.blueprint.reading import read

CLEAN = """\
blueprint: 1
enterprise:
  name: 青禾鲜
  subject: enterprise
  pains: [{id: repurchase, text: 老客复购率低}]

programs:
  - {id: shop, role: main, name: 青禾鲜商城, jumps_to: [club]}
  - {id: club, role: members, name: 青禾会员, jumps_to: [shop]}

goals:
  - id: repeat_30d
    pain: repurchase
    statement: 30 天复购率从 12% 到 20%
    metric: {kind: repeat, event: order_paid, window_days: 30}
    baseline: 0.12
    target: 0.20
    direction: up
    due: 2027-06-30
  - id: basket
    statement: 每单金额
    metric:
      kind: ratio
      of: {kind: sum, event: order_paid, prop: amount}
      to: {kind: count, event: order_paid, where: {channel: [friend, poster]}}
    baseline: 40
    target: 35
    direction: down
    due: 2027-06-30

competitors:
  criteria:
    - {id: reorder, name: 再来一单, side: experience}
    - {id: aftersales, name: 售后便捷, side: experience}
    - {id: price, name: 价格, side: monetise}
  entries:
    - id: peer_a
      name: 某头部生鲜
      scores: {reorder: 4, aftersales: 1, price: 2}
      evidence: [{on: 2026-11-02, note: 售后需电话}]
  openings:
    - {criterion: aftersales, feature: refunds}
    - {criterion: price, waived: 不打价格战}

features:
  - {id: shopping, name: 商品下单, priority: must, kind: monetise, scenarios: [buy]}
  - {id: group_buy, name: 拼团, priority: should, kind: traffic, scenarios: [group_buy]}
  - {id: refunds, name: 极速退款, priority: could, kind: serve}

pages:
  home: {title: 首页, path: pages/home/index, package: main, tab: 1, leads_to: [product], key: true}
  me: {title: 我的, path: pages/me/index, package: main, tab: 2, leads_to: [orders]}
  product: {title: 商品, path: pages-goods/product/index, package: goods, leads_to: [checkout, group], key: true}
  group: {title: 拼团, path: pages-grow/group/index, package: grow, leads_to: [checkout], uses: [share]}
  checkout: {title: 结算, path: pages-trade/checkout/index, package: trade, leads_to: [paid], uses: [address, payment], key: true}
  paid: {title: 支付结果, path: pages-trade/paid/index, package: trade, leads_to: [orders]}
  orders: {title: 订单, path: pages-trade/orders/index, package: trade, leads_to: [product, notes]}
  notes: {title: 厨房笔记, path: pages-note/list/index, package: note, leads_to: [note_edit]}
  note_edit: {title: 写笔记, path: pages-note/edit/index, package: note, leads_to: [notes], uses: [album]}
navigation: {start: home, max_taps: 3}

scenarios:
  - id: buy
    name: 下单
    serves: [repeat_30d, basket]
    steps:
      - {id: look, actor: customer, page: product, event: goods_viewed, props: {product_id: id}}
      - {id: submit, actor: customer, page: checkout, event: order_submitted, props: {order_number: id}, ask_consent: [order_paid]}
      - {id: pay, actor: customer, page: paid, event: order_paid, props: {order_number: id, amount: fen, channel: "enum(friend, poster)"}}
      - {id: told, actor: system, event: message_sent, message: {channel: subscribe, template: order_paid, to: [customer]}}
    closes_with: told
    otherwise:
      - {id: late, when: 15 分钟未付款, after: submit, event: order_cancelled, props: {order_number: id}, message: {channel: in_app, to: [customer]}}
  - id: group_buy
    name: 拼团
    serves: [repeat_30d]
    key: group_id
    window_hours: 24
    steps:
      - {id: open, actor: opener, page: product, event: group_opened, props: {group_id: id}, ask_consent: [group_result]}
      - {id: join, actor: invitee, page: group, event: group_joined, props: {group_id: id}, ask_consent: [group_result]}
      - {id: told, actor: system, event: group_result_sent, props: {group_id: id}, message: {channel: subscribe, template: group_result, to: [opener, invitee]}}
    closes_with: told
    otherwise:
      - {id: expired, when: 24 小时未成团, after: open, event: group_expired, props: {group_id: id}, then: [refund, message], message: {channel: subscribe, template: group_result, to: [opener, invitee]}}

content:
  videos: [{id: v_carrot, title: 萝卜炖牛腩, page: product, owner: wang, shoot_on: 2027-01-05, upload_on: 2027-01-08}]
  ugc:
    - id: kitchen
      name: 厨房笔记
      publish_page: note_edit
      show_page: notes
      review: {machine: true, human: true, within_hours: 24}

team:
  driver: product
  members:
    - {id: li, name: 李策划, role: planning}
    - {id: zhao, name: 赵设计, role: design}
    - {id: wang, name: 王开发, role: development}
    - {id: sun, name: 孙测试, role: test}
    - {id: zhou, name: 周运营, role: operations}
schedule:
  start: 2026-12-01
  holidays: [2027-01-01]
  stages:
    - {id: req, kind: requirements, name: 需求评审, owner: li, days: 5, deliverables: [蓝图], acceptance: [{check: plan_clean}]}
    - {id: ui, kind: design, name: 设计, owner: zhao, days: 5, after: [req], deliverables: [设计稿], acceptance: [{text: 评审通过}]}
    - {id: dev, kind: development, name: 开发, owner: wang, days: 10, after: [ui], deliverables: [代码], acceptance: [{check: package_budget}]}
    - {id: qa, kind: test, name: 测试, owner: sun, days: 5, after: [dev], deliverables: [报告], acceptance: [{check: journeys_pass}]}
    - {id: live, kind: launch, name: 上线, owner: zhou, days: 3, after: [qa], deliverables: [正式版], acceptance: [{check: audit_passed}]}
contingencies:
  - {id: refused, when: audit_refused, owner: li, plan: 申诉并改, slack_days: 3}

qualifications:
  - {id: licence, kind: subject, name: 营业执照, status: have, expires: 2030-01-01}
  - {id: food, kind: category, name: 食品经营许可证, covers: [shopping], status: have, expires: 2028-05-01}
  - {id: pay, kind: permission, name: 微信支付, covers: [payment], status: applied}
brand: {color: "#087F45", on_color: "#FFFFFF"}
launch:
  categories: [生鲜果蔬]
  privacy: {address: 用于配送, album: 用于发布笔记}
  content_declaration: {ugc: true, ugc_measures: 机审加人审}
  order_path: pages-trade/orders/index
budgets: {main_kb: 1200, package_kb: 1000, api_ms: 300}
"""


def plan(text: str) -> Any:
    """The blueprint in a text, for tests that know it is there."""
    return read(text).blueprint


def planted(*changes: tuple[str, str]) -> str:
    """The clean plan with texts replaced, each of which must be there exactly once."""
    text = CLEAN
    for old, new in changes:
        assert text.count(old) == 1, f"{text.count(old)} × {old!r}"
        text = text.replace(old, new)
    return text


def line_of(text: str, piece: str) -> int:
    """The line, from 1, on which a piece of text first stands."""
    return text[: text.index(piece)].count("\n") + 1
