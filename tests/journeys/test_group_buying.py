"""A group-buy as three neighbours walk it: one opens, invites, two join, all are told."""

from __future__ import annotations


def test_three_phones_fill_a_group_and_each_is_told(screen, platform, until):
    opener = screen("团长阿青").open("/pages-grow/groups/groups").agree()
    opener.part("campaign").filter(has_text="3 人团").tap()
    opener.see("group", status="campaign")
    number = buy_in_group(opener)
    opener.tap("result-group").see("group-headline", "还差 2 人成团")
    group = opener.number()
    opener.order(number).see("order-status", "待成团")
    opener.open(f"/pages-grow/group/group?number={group}")
    opener.tap("group-poster").see("group-poster-sheet")

    for user, left in (("邻居小何", "还差 1 人成团"), ("同事小杨", "拼团成功")):
        friend = screen(user).open(f"/pages-grow/group/group?number={group}").agree()
        buy_in_group(friend)
        friend.tap("result-group").see("group-headline", left)

    opener.order(number).see("order-status", "待发货")
    opener.open("/pages-grow/mine/mine").see("my-group", "3/3 人已付款", status="formed")
    for user in ("团长阿青", "邻居小何", "同事小杨"):
        told = until(lambda user=user: titles(platform, user))
        assert told == ["拼团结果通知"]


def buy_in_group(phone) -> str:
    """From the group's page to a paid order; its number."""
    phone.tap("group-buy").see("group-sku")
    phone.tap("group-sku-go").see("checkout-group")
    phone.with_address().submit()
    return phone.pay()


def titles(platform, user: str) -> list[str]:
    return [one["title"] for one in platform.box.inbox(user) if one["title"] == "拼团结果通知"]
