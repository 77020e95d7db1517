"""The person's pages: overview, cashier, inbox, clock and faults, notices."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, PackageLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from wechatbox import faults, people, registry
from wechatbox.box import Box, box_of
from wechatbox.clock import rfc3339
from wechatbox.pay import notices as pay_notices
from wechatbox.person import cashier, control, phone
from wechatbox.person.answers import Refused

_POLICY = (
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_STATES = {
    "NOTPAY": ("待支付", "wait"),
    "SUCCESS": ("已支付", "good"),
    "CLOSED": ("已关闭", "calm"),
    "REFUND": ("转入退款", "note"),
    "pending": ("等待投递", "wait"),
    "held": ("被扣住", "wait"),
    "delivered": ("已送达", "good"),
    "lost": ("已丢失", "bad"),
    "given_up": ("放弃投递", "bad"),
    "refused": ("探测被拒收（正确）", "good"),
    "accepted": ("探测被接收（未验签！）", "bad"),
    "PROCESSING": ("退款中", "wait"),
    "ABNORMAL": ("退款异常", "bad"),
    "approved": ("审核通过", "good"),
    "rejected": ("审核未通过", "bad"),
    "waiting": ("审核中", "wait"),
    "withdrawn": ("已撤回", "calm"),
    "delayed": ("审核延后", "note"),
}
_OUTCOMES = {
    "pay": "已支付，通知已发出；手机并不知道结果。",
    "cancel": "已取消支付，订单仍是待支付。",
    "wrong_password": "密码输错了，订单仍是待支付。",
}
_ROLES = {"notice": "通知", "copy": "重复通知", "probe": "验签探测"}

_pages = Environment(
    loader=PackageLoader("wechatbox.person"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)
_pages.filters["yuan"] = lambda fen: f"{fen / 100:,.2f}"
_pages.filters["day"] = lambda text: datetime.fromisoformat(text).strftime("%m-%d %H:%M:%S")
_pages.filters["span"] = lambda seconds: _span(seconds)
_pages.globals["state_of"] = lambda state: _STATES.get(state, (state, "calm"))


def overview(box: Box, _: Request) -> HTMLResponse:
    """What is registered and what happened last."""
    users = box.store.all(
        "SELECT user, count(DISTINCT openid) AS programs, (SELECT count(*) FROM messages WHERE"
        " messages.user = people.user) AS messages FROM people GROUP BY user ORDER BY max(rowid) DESC LIMIT 60"
    )
    return shown(
        box,
        "overview.html",
        programs=registry.programs(box),
        templates={
            program.appid: registry.templates_of(box, program.appid) for program in registry.programs(box)
        },
        merchants=registry.merchants(box),
        users=[{**dict(row), "phone": people.phone_of(box, row["user"])} for row in users],
        orders=control.orders_like(box)[:30],
        counts={
            "people": box.store.number("SELECT count(DISTINCT user) FROM people"),
            "orders": box.store.number("SELECT count(*) FROM orders"),
            "paid": box.store.number("SELECT coalesce(sum(total), 0) FROM orders WHERE state = 'SUCCESS'"),
            "waiting": box.store.number("SELECT count(*) FROM notices WHERE state IN ('pending', 'held')"),
        },
    )


def cashier_page(box: Box, request: Request) -> HTMLResponse:
    """Orders that wait to be paid."""
    now = box.clock.now()
    waiting = box.store.all(
        "SELECT orders.*, people.user, (SELECT max(expires_at) FROM prepays WHERE prepays.mchid = orders.mchid AND"
        " prepays.out_trade_no = orders.out_trade_no) AS prepay_until FROM orders LEFT JOIN people USING (openid)"
        " WHERE state = 'NOTPAY' AND orders.expires_at > ?1 AND prepay_until > ?1 ORDER BY orders.rowid DESC LIMIT 60",
        now,
    )
    return shown(
        box,
        "cashier.html",
        told=request.query_params.get("told"),
        waiting=[
            {
                **cashier.shown(box, row),
                "mchid": row["mchid"],
                "user": row["user"],
                "created_at": rfc3339(row["created_at"]),
                "left": min(row["expires_at"], row["prepay_until"]) - now,
            }
            for row in waiting
        ],
    )


def pay(box: Box, _: Request, form: dict[str, str]) -> str:
    """Pay or leave an order by hand."""
    outcome = form.get("outcome", "")
    if outcome not in _OUTCOMES:
        return "/cashier"
    try:
        order = cashier.payable(box, form.get("mchid", ""), form.get("out_trade_no", ""))
    except Refused:
        return "/cashier?" + urlencode({"told": "这笔订单已经不能支付了。"})
    if outcome == "pay":
        cashier.settle(box, order)
    return "/cashier?" + urlencode({"told": _OUTCOMES[outcome]})


def inbox(box: Box, request: Request) -> HTMLResponse:
    """The messages of one user."""
    rows = box.store.all(
        "SELECT user, count(*) AS count FROM messages GROUP BY user ORDER BY max(id) DESC LIMIT 60"
    )
    user = request.query_params.get("user") or (rows[0]["user"] if rows else "")
    names = {program.appid: program.name for program in registry.programs(box)}
    return shown(
        box,
        "inbox.html",
        user=user,
        users=[dict(row) for row in rows],
        names=names,
        messages=phone.messages_of(box, user) if user else [],
    )


def clock_page(box: Box, request: Request) -> HTMLResponse:
    """The clock and the fault switches."""
    return shown(
        box,
        "clock.html",
        told=request.query_params.get("told"),
        now=rfc3339(box.clock.now()),
        offset=box.clock.offset,
        counted=faults.COUNTED,
        numbers=faults.NUMBERS,
        choices=faults.CHOICES,
        values=box.faults.all(),
        retries=pay_notices.RETRY_AFTER_S,
    )


def change_clock(box: Box, _: Request, form: dict[str, str]) -> str:
    """Move the clock, set or clear faults, or forget everything that happened."""
    action = form.pop("action", "")
    told = ""
    try:
        if action == "advance":
            box.clock.advance(float(form.get("advance_s", "")))
            told = f"时钟已前进 {_span(float(form['advance_s']))}。"
        elif action == "faults":
            box.faults.set(
                {key: _fault_value(key, value) for key, value in form.items() if key in faults.KNOWN}
            )
            told = "故障开关已保存。"
        elif action == "calm":
            box.faults.clear()
            pay_notices.release_held(box)
            told = "所有故障已关闭。"
        elif action == "reset":
            box.store.forget_happenings()
            told = "已清空：用户、订单、消息、通知、令牌、故障和时钟。注册信息与密钥保留。"
    except ValueError:
        told = "没有保存：请检查填写的数值。"
    box.stir()
    return "/clock?" + urlencode({"told": told})


def notices_page(box: Box, request: Request) -> HTMLResponse:
    """Notices and their attempts."""
    number = request.query_params.get("out_trade_no") or None
    listed = control.notices_like(box, number)[:100]
    return shown(box, "notices.html", notices=listed, number=number, roles=_ROLES)


def resend(box: Box, _: Request, form: dict[str, str]) -> str:
    """Send a notice once more."""
    number = form.get("number", "")
    if number.isascii() and number.isdigit():
        pay_notices.send_again(box, int(number))
    return "/notices"


def shown_by(page: Callable[[Box, Request], HTMLResponse]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint around a page."""

    async def endpoint(request: Request) -> Response:
        return page(box_of(request), request)

    return endpoint


def sent_to(
    change: Callable[[Box, Request, dict[str, str]], str],
) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint around a form: does it, then shows a page. Forms of other sites are turned away."""

    async def endpoint(request: Request) -> Response:
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return Response("forms of this box only", status_code=403, media_type="text/plain")
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
        box = box_of(request)
        with box.store.transaction():
            target = change(box, request, form)
        return RedirectResponse(target, status_code=303)

    return endpoint


async def stylesheet(_: Request) -> Response:
    """The one stylesheet."""
    return Response(_asset("box.css"), media_type="text/css", headers={"Cache-Control": "max-age=60"})


async def script(_: Request) -> Response:
    """The one script: it lets the shown clock tick."""
    return Response(_asset("box.js"), media_type="text/javascript", headers={"Cache-Control": "max-age=60"})


def _asset(name: str) -> bytes:
    return files("wechatbox.person").joinpath("templates", name).read_bytes()


def shown(box: Box, template: str, **values: Any) -> HTMLResponse:
    """One of the person's pages."""
    html = _pages.get_template(template).render(
        page=template.removesuffix(".html"), clock=box.clock, **values
    )
    return HTMLResponse(html, headers={"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer"})


def _fault_value(key: str, text: str) -> object:
    if key in faults.CHOICES:
        return text
    if text == "always":
        return True
    number = float(text or 0)
    return int(number) if number.is_integer() else number


def _span(seconds: float) -> str:
    """``7320`` → ``2 小时 2 分``: the two largest units."""
    left = int(seconds)
    parts = []
    for size, unit in ((86400, "天"), (3600, "小时"), (60, "分"), (1, "秒")):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 秒"
