"""A plan as large as a plan may get, without a fault: a chain of supermarkets that does everything at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

AREAS = (
    ("goods", "商品", ("商品列表", "商品详情", "商品评价", "规格参数", "搜索", "相似商品")),
    ("trade", "交易", ("确认订单", "支付结果", "我的订单", "订单详情", "物流进度", "电子发票")),
    ("after", "售后", ("申请售后", "售后详情", "退货寄回", "换货", "售后记录", "赔付说明")),
    ("grow", "拼团", ("拼团广场", "我的拼团", "砍价", "邀请好友", "分享海报", "裂变红包")),
    ("club", "会员", ("会员中心", "积分明细", "积分商城", "等级权益", "每日签到", "储值卡")),
    ("note", "内容", ("厨房笔记", "写笔记", "笔记详情", "话题", "菜谱", "作者主页")),
    ("store", "门店", ("附近门店", "门店详情", "自提预约", "排队取号", "停车缴费", "到店核销")),
    ("play", "活动", ("活动会场", "限时秒杀", "领券中心", "我的优惠券", "抽奖", "直播间")),
    ("help", "服务", ("在线客服", "帮助中心", "意见反馈", "隐私政策", "设置", "收货地址")),
)
TABS = (("home", "首页"), ("category", "分类"), ("cart", "购物车"), ("community", "社区"), ("me", "我的"))
# A word for events and a name; the area in which it happens goes round.
TOPICS = (
    ("order", "下单"), ("parcel", "收货"), ("refund", "退款"), ("group", "拼团"), ("member", "入会"), ("note", "发笔记"),
    ("pickup", "到店自提"), ("flash", "秒杀"), ("question", "咨询"), ("bundle", "套餐购买"), ("invoice", "开发票"),
    ("exchange", "换货"), ("bargain", "砍价"), ("point", "积分兑换"), ("recipe", "照菜谱买"), ("queue", "排队取号"),
    ("coupon", "领券"), ("feedback", "意见反馈"), ("preorder", "预售"), ("delivery", "改送达时间"), ("claim", "缺重赔付"),
    ("invite", "邀请好友"), ("card", "储值"), ("topic", "话题投稿"), ("parking", "停车缴费"), ("lottery", "抽奖"),
    ("address", "改地址"), ("wholesale", "企业采购"), ("receipt", "小票补开"), ("repair", "坏果报修"), ("share", "分享海报"),
    ("checkin", "签到"), ("review", "写评价"), ("tasting", "试吃预约"), ("live", "直播下单"), ("help", "自助答疑"),
    ("subscription", "周期购"), ("tracking", "查物流"), ("return", "退货寄回"), ("bonus", "裂变红包"),
)  # fmt: skip
ACTS = (
    "viewed", "chosen", "submitted", "confirmed", "paid", "shared", "joined", "saved", "rated", "booked", "compared",
    "scanned", "checked", "opened", "filled",
)  # fmt: skip
UNHAPPY = (
    ("expired", "超过时间没有人响应", "release"),
    ("cancelled", "顾客中途放弃", "keep"),
    ("refused", "审核没有通过", "explain"),
)
GOALS = (
    ("repeat_30d", "30 天复购率从 18% 提到 30%", "{kind: repeat, event: order_viewed, window_days: 30}", 0.18, 0.3, "up"),
    ("orders_day", "每天成交从 800 单到 2400 单", "{kind: count, event: order_submitted, per: day}", 800, 2400, "up"),
    ("sales_month", "月销售额从 240 万到 700 万元", "{kind: sum, event: order_submitted, prop: amount, per: month}", 240000000, 700000000, "up"),
    ("visitors_week", "每周访客从 1.2 万到 4 万", "{kind: persons, event: app_shown, per: week}", 12000, 40000, "up"),
    ("group_done", "拼团走完的比例从 21% 到 45%", "{kind: conversion, scenario: s_group}", 0.21, 0.45, "up"),
    ("refund_share", "退款单占比从 6% 降到 3%", "{kind: ratio, of: {kind: count, event: refund_submitted}, to: {kind: count, event: order_submitted}, per: month}", 0.06, 0.03, "down"),
    ("back_in_a_week", "新客第 7 天回访从 11% 到 20%", "{kind: retention, day: 7}", 0.11, 0.2, "up"),
    ("questions_day", "每天的人工咨询从 420 次降到 150 次", "{kind: count, event: question_submitted, per: day}", 420, 150, "down"),
)  # fmt: skip
CRITERIA = (
    ("freshness", "生鲜品质", "experience"), ("speed", "送达时效", "experience"), ("reorder", "再来一单", "experience"),
    ("aftersales", "售后便捷", "experience"), ("search", "搜索准确", "experience"), ("fission", "分享裂变", "traffic"),
    ("content", "内容种草", "traffic"), ("live", "直播", "traffic"), ("basket", "客单价经营", "monetise"),
    ("cards", "会员与储值", "monetise"), ("bundles", "套餐与加价购", "monetise"), ("origin", "产地直采", "model"),
    ("stores", "店仓一体", "model"),
)  # fmt: skip
PEOPLE = (
    ("planning", ("李青", "周宁")),
    ("design", ("赵画", "钱墨")),
    ("development", ("王工", "陈工", "林工", "黄工", "吴工")),
    ("test", ("孙测", "郑验")),
    ("operations", ("何苗", "杨禾", "许诺", "唐果")),
)
QUALIFICATIONS = (
    ("subject", "营业执照", "", "have"), ("subject", "小程序备案", "", "applied"),
    ("category", "食品经营许可证", "食品－生鲜果蔬", "have"), ("category", "增值电信业务许可", "社区－笔记", "applied"),
    ("category", "乳制品经营许可", "食品－乳制品", "have"), ("category", "酒类流通备案", "食品－酒类", "missing"),
    ("category", "停车场经营备案", "生活服务－停车", "applied"), ("permission", "微信支付商户号", "payment", "have"),
    ("permission", "手机号快速验证", "phone", "applied"), ("permission", "位置接口", "location", "applied"),
)  # fmt: skip
START = dt.date(2026, 12, 1)


def large_blueprint(pages: int = 60, scenarios: int = 40, events: int = 300) -> str:
    """The text of a plan with that many pages, scenarios and different events; `check` has nothing to say about it.

    A scenario has at least six events. Raises ValueError for fewer, or pages than the areas need.
    """
    if events < 6 * scenarios or pages < len(TABS) + 3 * len(AREAS) or scenarios < len(TOPICS):
        raise ValueError("Too few pages, scenarios or events for a large plan.")
    areas = _areas(pages - len(TABS))
    return "\n".join(
        [
            *_head(),
            *_goals(),
            *_competitors(),
            *_features(scenarios),
            *_pages(areas),
            *_scenarios(scenarios, events, [names for _area, names in areas]),
            *_content(),
            *_team(),
            *_schedule(),
            *_launch(),
        ]
    )


def _head() -> Iterator[str]:
    yield "# 一份很大的蓝图：一家连锁商超把所有业务都放进小程序。"
    yield "blueprint: 1"
    yield "enterprise:"
    yield "  name: 禾风连锁"
    yield "  subject: enterprise"
    yield "  pains:"
    for goal, statement, *_rest in GOALS:
        yield f"    - {{id: p_{goal}, text: 现在做不到：{statement}}}"
    yield "programs:"
    yield "  - {id: shop, role: main, name: 禾风商城, jumps_to: [club, kitchen, tools]}"
    for name, role, title in (
        ("club", "members", "禾风会员"),
        ("kitchen", "content", "禾风厨房"),
        ("tools", "tools", "禾风到店"),
    ):
        yield f"  - {{id: {name}, role: {role}, name: {title}, jumps_to: [shop]}}"


def _goals() -> Iterator[str]:
    yield "goals:"
    for number, (name, statement, metric, baseline, target, direction) in enumerate(GOALS):
        due = dt.date(2027, 8, 31) + dt.timedelta(days=30 * (number % 4))
        yield f"  - id: {name}"
        yield f"    pain: p_{name}"
        yield f"    statement: {statement}"
        yield f"    metric: {metric}"
        yield f"    baseline: {baseline}"
        yield f"    target: {target}"
        yield f"    direction: {direction}"
        yield f"    due: {due}"


def _competitors() -> Iterator[str]:
    yield "competitors:"
    yield "  criteria:"
    for name, title, side in CRITERIA:
        yield f"    - {{id: {name}, name: {title}, side: {side}}}"
    yield "  entries:"
    titles = (
        "头部生鲜电商",
        "社区团购平台",
        "连锁商超到家",
        "会员制仓储店",
        "本地菜市场",
        "外卖平台超市",
        "内容电商",
    )
    for number, title in enumerate(titles):
        scores = {
            name: 1 + (number + place) % 2
            if name in ("aftersales", "origin")
            else (2 + number * 2 + place + number * place % 4) % 6
            for place, (name, _title, _side) in enumerate(CRITERIA)
        }
        yield f"    - id: peer_{number + 1}"
        yield f"      name: {title}"
        yield f"      business_model: {('前置仓自营，赚差价与年费', '预售加自提点，赚佣金', '门店拣货，收配送费')[number % 3]}"
        yield f"      scores: {{{', '.join(f'{name}: {score}' for name, score in scores.items())}}}"
        yield "      evidence:"
        for day in range(3):
            yield f"        - {{on: 2026-10-{10 + number + day}, note: 第 {day + 1} 次体验记录：从首页到付款 {4 + number % 4} 步}}"
    yield "  openings:"
    yield "    - {criterion: aftersales, feature: f_refund}"
    yield "    - {criterion: origin, waived: 第一版只在商品详情里写产地}"


def _features(scenarios: int) -> Iterator[str]:
    yield "features:"
    kinds = ("monetise", "serve", "traffic", "retain")
    for number, (word, title) in enumerate(_topics(scenarios)):
        priority = ("must", "should", "must", "could")[number % 4] if number > 2 else "must"
        yield f"  - {{id: f_{word}, name: {title}, priority: {priority}, kind: {kinds[(number + number // 4) % 4]}, scenarios: [s_{word}]}}"
    for number, title in enumerate(
        ("礼品卡", "儿童餐", "家政", "充电宝", "会员日", "宠物专区", "团餐", "海淘")
    ):
        yield f"  - {{id: later_{number + 1}, name: {title}, priority: {'could' if number % 2 else 'wont'}, kind: {kinds[number % 4]}}}"


def _areas(count: int) -> list[tuple[str, list[str]]]:
    """The pages of each area: the first is the way in, the others hang below it."""
    counts = [count // len(AREAS) + (place < count % len(AREAS)) for place in range(len(AREAS))]
    return [
        (area, [area, *(f"{area}_{number}" for number in range(2, size + 1))])
        for (area, _title, _pages), size in zip(AREAS, counts, strict=True)
    ]


def _pages(areas: list[tuple[str, list[str]]]) -> Iterator[str]:
    yield "pages:"
    for place, (name, title) in enumerate(TABS):
        leads = [area for number, (area, _names) in enumerate(areas) if number % len(TABS) == place]
        yield (
            f"  {name}: {{title: {title}, path: pages/{name}/index, package: main, tab: {place + 1},"
            f" leads_to: [{', '.join(leads)}], key: true}}"
        )
    uses = {
        "trade": "payment, address",
        "note": "album, camera",
        "store": "location",
        "club": "phone",
        "grow": "share",
    }
    for (area, names), (_area, _title, titles) in zip(areas, AREAS, strict=True):
        for number, name in enumerate(names):
            title = titles[number] if number < len(titles) else f"{titles[0]}（{number + 1}）"
            # Below the way in hang two pages of each three; every third hangs below its neighbour.
            leads = (
                [one for place, one in enumerate(names[1:], 1) if place % 3] if number == 0 else [names[0]]
            )
            if number and number % 3 == 2 and number + 1 < len(names):
                leads.append(names[number + 1])
            extra = ", key: true" if number < 2 else ""
            if number == 0 and area in uses:
                extra += f", uses: [{uses[area]}]"
            yield (
                f"  {name}: {{title: {title}, path: pages-{area}/{name}/index, package: {area},"
                f" leads_to: [{', '.join(leads)}]{extra}}}"
            )
    yield "navigation: {start: home, max_taps: 3}"


def _topics(count: int) -> list[tuple[str, str]]:
    rounds = [(word, title) for word, title in TOPICS]
    return [
        (word, title) if number < len(TOPICS) else (f"{word}{number}", f"{title}（{number}）")
        for number in range(count)
        for word, title in [rounds[number % len(rounds)]]
    ]


def _scenarios(count: int, events: int, areas: list[list[str]]) -> Iterator[str]:
    yield "scenarios:"
    for number, (word, title) in enumerate(_topics(count)):
        size = events // count + (number < events % count)
        names, goal = areas[number % len(areas)], GOALS[number % len(GOALS)][0]
        key = f"{word}_id" if number % 4 == 3 else "person"
        two = number % 4 == 3  # of every fourth, somebody else takes part
        template = f"{word}_result"
        yield f"  - id: s_{word}"
        yield f"    name: {title}"
        yield f"    serves: [{goal}, {GOALS[(number + 3) % len(GOALS)][0]}]"
        yield f"    key: {key}"
        yield f"    window_hours: {24 * (1 + number % 7)}"
        yield "    steps:"
        branches = 2
        for place in range(size - branches - 1):
            act = ACTS[place % len(ACTS)]
            event = f"{word}_{act}" if place < len(ACTS) else f"{word}_{place}_{act}"
            actor = "friend" if two and place % 3 == 2 else "customer"
            props = (
                f'{word}_id: id, amount: fen, source: "enum(home, search, share)"'
                if place % 2 == 0
                else f"{word}_id: id"
            )
            asks = f", ask_consent: [{template}]" if place < 3 else ""
            yield (
                f"      - {{id: {act}{place or ''}, actor: {actor}, page: {names[min(place, len(names) - 1)]},"
                f" event: {event}, props: {{{props}}}{asks}}}"
            )
        told = "customer, friend" if two else "customer"
        yield (
            f"      - {{id: told, actor: system, event: {word}_result_sent, props: {{{word}_id: id}},"
            f" message: {{channel: subscribe, template: {template}, to: [{told}]}}}}"
        )
        yield "    closes_with: told"
        yield "    otherwise:"
        for place in range(branches):
            act, when, then = UNHAPPY[(number + place) % len(UNHAPPY)]
            after = ACTS[place % len(ACTS)] + (str(place) if place else "")
            yield (
                f"      - {{id: {act}, when: {title}：{when}, after: {after}, event: {word}_{act}, props: {{{word}_id: id}},"
                f" then: [{then}, message], message: {{channel: in_app, to: [customer]}}}}"
            )


def _content() -> Iterator[str]:
    yield "content:"
    yield "  videos:"
    people = [name for name, role in _members() if role == "operations"]
    for number in range(32):
        shoot = START + dt.timedelta(days=20 + 2 * number)
        yield (
            f"    - {{id: v_{number + 1}, title: 第 {number + 1} 集 {('挑果子', '一菜一汤', '产地清晨', '会员故事')[number % 4]}, page: goods_2,"
            f" owner: {people[number % len(people)]}, shoot_on: {shoot}, upload_on: {shoot + dt.timedelta(days=4)}}}"
        )
    yield "  ugc:"
    for name, title in (("notes", "厨房笔记"), ("reviews", "商品评价"), ("topics", "话题投稿")):
        yield (
            f"    - {{id: {name}, name: {title}, publish_page: note_2, show_page: note_3,"
            " review: {machine: true, human: true, within_hours: 12}}"
        )


def _members() -> list[tuple[str, str]]:
    return [(f"{role[:4]}{number + 1}", role) for role, names in PEOPLE for number in range(len(names))]


def _team() -> Iterator[str]:
    yield "team:"
    yield "  driver: marketing"
    yield "  members:"
    names = [name for _role, names in PEOPLE for name in names]
    for (member, role), name in zip(_members(), names, strict=True):
        yield f"    - {{id: {member}, name: {name}, role: {role}}}"


def _schedule() -> Iterator[str]:
    yield "schedule:"
    yield f"  start: {START}"
    yield "  holidays: [2027-01-01, 2027-02-05, 2027-02-08, 2027-02-09, 2027-02-10, 2027-02-11]"
    yield "  stages:"
    yield "    - {id: req, kind: requirements, name: 需求评审, owner: plan1, days: 8, deliverables: [蓝图], acceptance: [{check: plan_clean}, {text: 八位店长评审通过}]}"
    yield "    - {id: papers, kind: requirements, name: 资质与备案, owner: plan2, days: 20, after: [req], deliverables: [备案号, 商户号], acceptance: [{text: 商户号可以收款}]}"
    done = []
    for number, (area, title, _pages) in enumerate(AREAS):
        yield f"    - {{id: ui_{area}, kind: design, name: {title}界面, owner: desi{number % 2 + 1}, days: {4 + number % 3}, after: [req], deliverables: [界面稿], acceptance: [{{text: 走查没有遗留}}]}}"
        yield f"    - {{id: dev_{area}, kind: development, name: {title}开发, owner: deve{number % 5 + 1}, days: {9 + number * 2 % 7}, after: [ui_{area}], deliverables: [代码, 体积报告], acceptance: [{{check: package_budget}}, {{text: 代码评审通过}}]}}"
        done.append(f"dev_{area}")
    yield f"    - {{id: qa, kind: test, name: 集成测试, owner: test1, days: 10, after: [{', '.join(done)}], deliverables: [测试报告], acceptance: [{{check: journeys_pass}}, {{check: events_covered}}]}}"
    yield "    - {id: pilot, kind: test, name: 三店试营业, owner: oper1, days: 5, after: [qa, papers], deliverables: [试营业记录], acceptance: [{text: 100 单按时送达}]}"
    yield "    - {id: audit, kind: launch, name: 提审与发布, owner: plan1, days: 4, after: [pilot], deliverables: [审核记录], acceptance: [{check: audit_passed}]}"
    yield "contingencies:"
    for number, when in enumerate(
        ("audit_refused", "audit_delayed", "interface_refused", "incident", "other")
    ):
        yield f"  - {{id: c_{when}, when: {when}, owner: oper{number % 4 + 1}, plan: 按模板处理并在当天同步到群里, slack_days: {5 - number}}}"


def _launch() -> Iterator[str]:
    yield "qualifications:"
    for number, (kind, name, covers, status) in enumerate(QUALIFICATIONS):
        expires = f", expires: {dt.date(2028 + number % 4, 3, 31)}" if number % 3 == 0 else ""
        yield f"  - {{id: q_{number + 1}, kind: {kind}, name: {name}, covers: [{covers}], status: {status}{expires}}}"
    yield 'brand: {color: "#1F5FA8", on_color: "#FFFFFF", logo: brand/logo.svg, corner_px: 10}'
    yield "launch:"
    yield "  categories: [食品－生鲜果蔬, 社区－笔记, 食品－乳制品, 食品－酒类, 生活服务－停车]"
    yield "  privacy: {address: 用于配送, phone: 用于联系收货人, album: 用于发布笔记, camera: 用于拍照发布笔记, location: 用于查找附近门店}"
    yield "  content_declaration: {ugc: true, ugc_measures: 机审加人审，十二小时内处理}"
    yield "  order_path: pages-trade/trade_3/index"
    yield "budgets: {main_kb: 1200, package_kb: 1500, api_ms: 300}"
    yield ""
