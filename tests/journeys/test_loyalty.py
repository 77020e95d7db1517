"""Why customers come again: a check-in, an invitation that is rewarded, a code at the till that opens its page."""

from __future__ import annotations

from playwright.sync_api import expect


def test_a_check_in_brings_points_and_is_seen_on_the_calendar(screen, platform):
    phone = screen("签到小禾").open("/pages-grow/points/points").agree()
    phone.see("points-balance", "0")
    expect(phone.part("points-day", state="checked")).to_have_count(0)
    phone.tap("points-check-in").tap("subscribe-allow")
    phone.see("points-streak", "已连续签到 1 天")
    phone.see("points-check-in", "今日已签到")
    phone.see("points-balance", "5")
    expect(phone.part("points-day", state="checked")).to_have_count(1)
    phone.see("points-day", "+5", state="checked")
    phone.see("points-entry", "+5", reason="check_in")
    assert platform.phone("签到小禾").get("/loyalty")["balance"] == 5
    phone.tap("points-card").see("card-growth", "成长值 1")


def test_a_friend_who_comes_by_a_poster_and_buys_brings_points_to_both(screen, platform, until):
    inviter = platform.phone("邀请人老何")
    short = inviter.get("/referral")["link"]

    friend = screen("新邻居小杨").open(f"/pages/home/home?scene={short}")
    friend.see("invited", counted="")
    friend.agree().tap("invited-accept")
    friend.see("invited-text", "首单付款后可得100 积分")
    friend.tap("invited-browse").choose(platform.goods["apple"].title)
    friend.tap("buy-now").tap("sku-buy").with_address().submit().pay()

    until(lambda: inviter.get("/loyalty")["balance"] == 200)
    until(lambda: platform.phone("新邻居小杨").get("/loyalty")["balance"] == 100)
    screen("邀请人老何").open("/pages-grow/invite/invite").agree().see("invitee", "已奖励", status="rewarded")
    friend.open("/pages-grow/points/points").see("points-entry", "+100", reason="invite")


def test_a_code_at_the_till_opens_its_page_and_names_the_channel_of_the_visit(screen, platform):
    short = platform.shell(
        "from fangcun.grow.links.models import Link; print(Link.objects.get(channel__code='store-cuihu').short)"
    ).strip()
    phone = screen("店里的小郑").open(f"/pages/home/home?scene={short}").agree()
    phone.see("campaign")
    assert "/pages-grow/groups/groups" in phone.page.url
    phone.hide()
    shown = [event for batch in phone.tracked for event in batch["events"] if event["name"] == "app_shown"]
    assert [event["props"].get("channel") for event in shown] == ["store-cuihu"]
