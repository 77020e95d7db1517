"""The console under attack: other sites' forms, roles that may not, strangers, and readers that change something."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fangcun.doors.cli.suites.security.asking import Answer, Asker, Unreachable
from fangcun.doors.cli.suites.security.crawl import AT_ONCE, LEAVES, Crawl
from fangcun.doors.cli.suites.security.finding import Finding, Part, Severity, found
from fangcun.doors.cli.suites.security.ground import Ground

CLOSED = (403, 404, 405)
CSRF = "去掉 csrf_exempt；表单里放 {% csrf_token %}，htmx 用 X-CSRFToken 头"
ROLE = "用 guard() 或 may() 检查权限，并把页面写进 fangcun/doors/console/access.py"
READ = "让 GET 只读：会改变东西的操作用 POST（require_POST）并通过动词"
MUST_POST = ("/language/setlang/",)


def csrf(ground: Ground, seen: Crawl, part: Part) -> None:
    """Posts every address of the console and every form as another site would: without, and with a wrong token."""
    owner = ground.staff.get("owner")
    if owner is None:
        part.undecided.append("没有所有者的登录，后台表单没有试")
        return
    paths = {entry["path"] for entry in ground.atlas if entry["path"]} | {
        verb["path"] for verb in ground.verbs
    }
    paths |= {action.partition("?")[0] for action in seen.actions()} | set(MUST_POST)
    targets = sorted(path for path in paths if not LEAVES.search(path))
    part.tried += 3 * len(targets)
    for answers in _together(lambda path: _forged(ground, owner, path), targets):
        for how, answer in answers:
            if answer.status not in CLOSED:
                title = f"别的网站可以替登录的人提交这个地址（{how}）：得到 {answer.status}，应为 403"
                part.report(found("csrf", Severity.HIGH, title, answer, CSRF, f"POST {answer.path}"))
    _enter(ground, part)
    cookies(owner, part)


def _forged(ground: Ground, owner: Asker, path: str) -> list[tuple[str, Answer]]:
    evil = {"Origin": "https://evil.example", "Referer": "https://evil.example/"}
    answers = []
    for how, with_cookie, form, headers in (
        ("没有令牌", False, {}, {}),
        ("令牌是错的", True, {"csrfmiddlewaretoken": "x" * 64}, {}),
        ("令牌对，来源是别的网站", True, {"csrfmiddlewaretoken": owner.cookies.get("csrftoken", "")}, evil),
    ):
        browser = ground.asker()
        browser.cookies = dict(owner.cookies)
        if not with_cookie:
            browser.cookies.pop("csrftoken", None)
        try:
            answers.append((how, browser.ask("POST", path, form=form, headers=headers)))
        except Unreachable:
            continue
        if answers[-1][1].status not in CLOSED:
            break
    return answers


def _enter(ground: Ground, part: Part) -> None:
    """The way in itself: a password typed on another site must not log anybody in."""
    answer = ground.asker().ask("POST", "/console/login/", form={"username": "x", "password": "y"})
    part.tried += 1
    if answer.status not in CLOSED:
        title = f"登录表单不检查令牌：得到 {answer.status}，应为 403"
        part.report(found("csrf", Severity.HIGH, title, answer, CSRF))


def cookies(owner: Asker, part: Part) -> None:
    """What the cookies of a person who is logged in say of themselves."""
    answer = owner.get("/console/login/")
    part.tried += 1
    for line in (*answer.cookies, *getattr(owner, "seen_cookies", ())):
        name, parts = line.partition("=")[0], line.lower()
        if "samesite=lax" not in parts and "samesite=strict" not in parts:
            part.report(_cookie(name, "没有 SameSite=Lax 或 Strict", line))
        if name == "sessionid" and "httponly" not in parts:
            part.report(_cookie(name, "没有 HttpOnly，脚本读得到登录", line))


def _cookie(name: str, what: str, line: str) -> Finding:
    fix = "在 settings.py 里设 SESSION_COOKIE_… 与 CSRF_COOKIE_…"
    shown = line if "=" not in line else f"{name}=…;{line.partition(';')[2]}"
    return Finding("cookie", Severity.MEDIUM, f"Cookie {name} {what}", f"Set-Cookie {name}", fix, "", shown)


def roles(ground: Ground, part: Part) -> None:
    """Each role at every address that the table does not grant it, by GET and by a good POST; and strangers."""
    if set(ground.staff) < set(ground.grants) or not ground.staff:
        part.undecided.append("没有每个角色的登录，角色与页面的对照没有试（--home 指明对方的数据目录）")
    for entry in ground.atlas:
        if entry["permission"] == "?":
            title = f"权限表里没有这个地址：{entry['name']}"
            part.report(Finding("page-unlisted", Severity.MEDIUM, title, entry["route"], ROLE))
    listed = [
        entry for entry in ground.atlas if entry["permission"] != "?" and not LEAVES.search(entry["route"])
    ]
    known = [
        {**entry, "path": entry["path"] or entry["guess"], "real": bool(entry["path"])} for entry in listed
    ]
    targets = [*known, *({**verb, "real": True} for verb in ground.verbs)]
    unsure: set[str] = set()
    for role, browser in ground.staff.items():
        granted = set(ground.grants.get(role, ()))
        closed = [one for one in targets if one["permission"] not in (None, *granted)]
        part.tried += 2 * len(closed)
        unsure |= _knock(browser, closed, part, f"角色 {role} ", role)
    stranger = ground.asker()
    stranger.get("/console/login/")
    closed = [one for one in targets if one["permission"] is not None]
    part.tried += 2 * len(closed)
    _knock(stranger, closed, part, "没有登录的人", "")
    if unsure:
        names = "、".join(sorted(unsure))
        part.undecided.append(f"{len(unsure)} 个地址没有可用的编号，先查对象后查权限，权限没有定论：{names}")
    _front_door(ground, [entry for entry in known if entry["real"]], part)


def _knock(browser: Asker, closed: list[dict[str, Any]], part: Part, who: str, role: str) -> set[str]:
    """Try what should be closed; names of addresses that only said that there is no such thing."""
    unsure = set()

    def both(entry: dict[str, Any]) -> list[tuple[dict[str, Any], Answer]]:
        try:
            return [(entry, browser.get(entry["path"])), (entry, browser.post_form(entry["path"]))]
        except Unreachable:
            return []

    for answers in _together(both, closed):
        for entry, answer in answers:
            if answer.status == 404 and not entry["real"] and role:
                if "/<path:object_id>/" in entry["route"]:  # Django's admin looks for the row first
                    unsure.add(entry["name"])
                else:
                    title = f"{who}先得到 404：在查权限之前就查了对象，或没有查权限"
                    part.report(found("role-unchecked", Severity.MEDIUM, title, answer, ROLE, entry["route"]))
            if answer.status in CLOSED or "/console/login/" in answer.location:
                continue
            needs = f"权限 {entry['permission']}" if role else "登录"
            title = f"{who}打开了需要{needs}的地址：得到 {answer.status}"
            where = f"{answer.method} {entry.get('route') or entry['path']} {role}".strip()
            part.report(
                found("role-let-in" if role else "console-open", Severity.HIGH, title, answer, ROLE, where)
            )
    return unsure


def _front_door(ground: Ground, known: list[dict[str, Any]], part: Part) -> None:
    """What the table grants does open, for whom holds the most."""
    owner = ground.staff.get("owner")
    for answers in _together(lambda entry: [(entry, owner.get(entry["path"]))] if owner else [], known):
        for entry, answer in answers:
            part.tried += 1
            if answer.status == 403 and str(entry["permission"]).endswith(".view"):
                title = f"权限表允许所有者打开，却得到 403：{entry['name']}"
                part.report(found("page-shut", Severity.LOW, title, answer, ROLE, f"GET {entry['route']}"))


def readers(ground: Ground, before: dict[str, int] | None, part: Part) -> None:
    """After every page was read: nothing may be other than before."""
    if before is None or ground.on_data is None:
        part.undecided.append("数据在别处，看不到 GET 有没有改变什么")
        return
    after = ground.on_data("snapshot")
    for table, number in after.items():
        part.tried += 1
        if before.get(table, number) != number:
            title = f"只是打开页面，表 {table} 就变了"
            part.report(Finding("get-changes", Severity.HIGH, title, f"GET → {table}", READ))


def broken_pages(seen: Crawl, part: Part) -> None:
    """Pages that fail for everybody."""
    for path, answer in seen.pages.items():
        part.tried += 1
        if answer.status >= 500:
            title = f"后台页面出错：{answer.status}"
            fix = "找到抛出的异常；给不存在或不合法的输入 404 或 400"
            part.report(
                found("console-error", Severity.HIGH, title, answer, fix, f"GET {path.partition('?')[0]}")
            )


def _together(call: Any, targets: list[Any]) -> list[Any]:
    with ThreadPoolExecutor(AT_ONCE) as crew:
        return list(crew.map(call, targets))
