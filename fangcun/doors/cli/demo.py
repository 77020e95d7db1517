"""The sample enterprise: what the box registered for us, the shop's goods, what delivery costs."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import typer
from rich.progress import Progress

from fangcun.build.papers.services import set_upload_key
from fangcun.doors.cli.sample.club import load_club
from fangcun.doors.cli.sample.growth import load_growth
from fangcun.doors.cli.sample.load import load_catalog
from fangcun.doors.cli.sample.papers import load_papers
from fangcun.grow.conversations.models import QuickReply
from fangcun.grow.conversations.queries import service_settings
from fangcun.grow.conversations.services import save_quick_reply, save_settings
from fangcun.grow.messaging.services import register_template
from fangcun.identity.programs.models import Program, PushSettings
from fangcun.identity.programs.pushing import new_push_secrets, push_address, push_settings, set_push
from fangcun.identity.programs.services import register_merchant, register_program
from fangcun.kernel.actors import SYSTEM
from fangcun.plan.revisions.queries import newest_number
from fangcun.plan.revisions.samples import sample_text
from fangcun.plan.revisions.services import publish_text
from fangcun.shop.catalog.models import HomeSettings
from fangcun.shop.shipping.models import FreightRule
from fangcun.shop.shipping.services import save_freight_rule

SHOP = "青禾鲜"
FREIGHT = [
    {"name": "全国", "areas": [], "first_amount": 800, "extra_amount": 200, "free_over_amount": 5900},
    {
        "name": "江浙沪",
        "areas": ["31", "32", "33"],
        "first_amount": 500,
        "extra_amount": 100,
        "free_over_amount": 5900,
    },
    {"name": "新疆、西藏", "areas": ["54", "65"], "first_amount": 2000, "extra_amount": 1200},
    {"name": "港澳台", "areas": ["71", "81", "82"], "deliverable": False},
]
# What the box calls a message -> what we send it for, and which of our values fills each of its keywords.
MESSAGES = {
    "订单支付成功通知": (
        "order_paid",
        {"character_string1": "order_number", "thing2": "goods", "amount3": "amount", "time4": "time"},
    ),
    "订单发货提醒": (
        "order_shipped",
        {
            "character_string1": "order_number",
            "thing2": "goods",
            "thing3": "carrier",
            "character_string4": "tracking_number",
        },
    ),
    "拼团结果通知": (
        "group_result",
        {"thing1": "goods", "phrase2": "result", "amount3": "amount", "thing4": "note"},
    ),
    "积分变动提醒": (
        "points_changed",
        {
            "thing1": "reason",
            "character_string2": "points",
            "character_string3": "balance",
            "time4": "time",
        },
    ),
    "优惠券到账提醒": ("coupon_given", {"thing1": "coupon", "thing2": "condition", "time3": "expires_at"}),
    "优惠券到期提醒": (
        "coupon_expiring",
        {"thing1": "coupon", "thing2": "condition", "time3": "expires_at", "thing4": "note"},
    ),
    "活动开始提醒": (
        "activity_starting",
        {"thing1": "activity", "time2": "starts_at", "thing3": "place", "thing4": "note"},
    ),
    "会员关怀通知": ("member_care", {"thing1": "topic", "thing2": "content", "time3": "time"}),
}


SERVICE = {
    "welcome_text": "您好，这里是青禾鲜客服，请问有什么可以帮您？",
    "away_text": "现在是休息时间，我们 {上班时间} 上班后马上回复您。",
    "thanks_text": "谢谢您的评价！",
}
# What the shop chose in WeChat's console, as the sample's plan says it.
CATEGORIES = [
    {
        "first_class": "食品",
        "first_id": 139,
        "second_class": "生鲜果蔬",
        "second_id": 1391,
        "third_class": "",
        "third_id": 0,
    }
]
REPLIES = [
    ("常用", "问候", "nh", "{昵称}，您好！我是客服{客服}，请问有什么可以帮您？"),
    ("常用", "稍等", "sd", "请稍等，我马上为您查询。"),
    ("订单", "发货进度", "fh", "您的订单 {订单号} 目前{订单状态}。{物流}"),
    ("售后", "坏果包赔", "bp", "非常抱歉！请拍一张照片发过来，核实后我们马上为您退款或补发。"),
    ("售后", "退款时间", "tk", "退款已经提交，一般 1 到 3 个工作日原路退回。"),
]


def ask_box(box_url: str, path: str, **body: Any) -> dict[str, Any]:
    """Ask the person's side of the box. Exits with one sentence when there is none at that address."""
    request = Request(  # noqa: S310 - the operator names the address
        box_url + path,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    try:
        with urlopen(request, timeout=20) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
    except (URLError, OSError, ValueError) as error:
        typer.echo(f"No wechatbox answers at {box_url}: {error}", err=True)
        raise typer.Exit(1) from None
    return found


def register_demo(box_url: str) -> None:
    """Make the box's demo program and merchant ours; done again, it brings them up to date."""
    given = ask_box(box_url, "/_box/demo", name=SHOP, merchant_name=SHOP)
    merchant = register_merchant(
        mchid=given["mchid"],
        name=given["merchant_name"],
        serial_no=given["merchant_serial_no"],
        private_key=given["merchant_private_key"],
        api_v3_key=given["api_v3_key"],
        wechatpay_public_key=given["wechatpay_public_key"],
        public_key_id=given["public_key_id"],
        by=SYSTEM,
    )
    program = register_program(
        appid=given["appid"], name=given["name"], app_secret=given["secret"], merchant=merchant, by=SYSTEM
    )
    connect_push(box_url, program)
    register_releasing(box_url, program, given)
    for template in given["templates"]:
        purpose, fields = MESSAGES[template["title"]]
        register_template(
            program=program,
            purpose=purpose,
            template_id=template["template_id"],
            title=template["title"],
            fields=fields,
            by=SYSTEM,
        )


def register_releasing(box_url: str, program: Program, given: dict[str, Any]) -> None:
    """How versions are released in the demo: by upload key, and a second program by a third-party platform."""
    set_upload_key(program=program, private_key=given["upload_private_key"], by=SYSTEM)
    other = given["third_party_program"]
    platform = register_program(
        appid=other["appid"],
        name=f"{SHOP}（第三方平台）",
        app_secret=other["secret"],
        role=Program.Role.TOOLS,
        by=SYSTEM,
    )
    set_upload_key(program=platform, private_key=other["upload_private_key"], by=SYSTEM)
    connect_push(box_url, platform)
    for one in (program, platform):
        ask_box(box_url, "/_box/publishing", appid=one.appid, categories=CATEGORIES)


def connect_push(box_url: str, program: Program) -> None:
    """Have the box push to us what its customers write; the address is that of this run."""
    if not PushSettings.objects.filter(program=program).exists():
        token, aes_key = new_push_secrets()
        set_push(program=program, token=token, aes_key=aes_key, by=SYSTEM)
    push, address = push_settings(program), push_address(program)
    facts = {"token": push.token, "aes_key": push.aes_key, "mode": push.mode}
    ask_box(box_url, "/_box/push", appid=program.appid, url=address, **facts)


def load_service() -> None:
    """Texts for customer service on a first day; what somebody changed is left as it is."""
    if service_settings().pk is None:
        save_settings(**SERVICE, by=SYSTEM)
    if not QuickReply.objects.exists():
        for number, (category, title, shortcut, text) in enumerate(REPLIES):
            reply = QuickReply(category=category, title=title, shortcut=shortcut, text=text, position=number)
            save_quick_reply(reply, by=SYSTEM)


def load_freight() -> None:
    """Freight rules for a first day; rules that somebody made are left as they are."""
    if not FreightRule.objects.exists():
        for rule in FREIGHT:
            save_freight_rule(FreightRule(**rule), by=SYSTEM)


def load_shop(progress: Progress) -> None:
    """The sample's goods, once: what the team did to them since is theirs."""
    if HomeSettings.objects.exists():  # the load writes it last
        return
    progress.console.print("Loading the sample shop, this once …")
    task = progress.add_task("Products with pictures", total=None)
    load_catalog(lambda done, total: progress.update(task, completed=done, total=total))


def load_plan() -> None:
    """The plan of the shop that we ship, as the first revision; a plan that somebody published is left as it is."""
    if newest_number() is None:
        publish_text(text=sample_text("fresh-grocery"), base=None, message="随项目提供的样例", by=SYSTEM)


def load_demo(box_url: str, progress: Progress) -> None:
    """Everything the demo needs, step by step; whatever is there already is kept."""
    task = progress.add_task("Plan, program, merchant and freight rules", total=3)
    load_plan()
    progress.advance(task)
    register_demo(box_url)
    progress.advance(task)
    load_freight()
    load_service()
    progress.advance(task)
    load_shop(progress)
    load_growth(full=True)
    load_club()
    load_papers()
