"""A customer asks in WeChat, somebody answers in the console, and neither reloads a page."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from playwright.sync_api import Page, expect


def chat_of(new_context, platform, user: str) -> Page:
    """The customer's chat with the shop, in WeChat."""
    page: Page = new_context(viewport={"width": 1100, "height": 900}).new_page()
    page.goto(f"{platform.box_url}/chat?{urlencode({'user': user, 'appid': platform.appid})}")
    return page


def test_a_question_is_answered_without_reloading(platform, console, new_context):
    buyer = platform.phone("周洁")
    order = buyer.buy(platform.goods["apple"].sku).json()["number"]
    desk = console().page
    desk.goto(f"{platform.url}/console/conversations/")
    platform.box.post("/contact", appid=platform.appid, user="周洁", session_from=f'{{"order": "{order}"}}')
    chat = chat_of(new_context, platform, "周洁")
    chat.locator("textarea").fill("我的苹果到哪了？")
    chat.get_by_role("button", name="发送", exact=True).click()

    row = desk.locator(".cv-row", has_text="我的苹果到哪了？")
    expect(row).to_be_visible()
    row.click()
    expect(desk.locator(".cv-right")).to_contain_text(order)
    expect(desk.locator(".cv-asked")).to_contain_text("从这里来")
    expect(desk.locator(".cv-allowance")).to_contain_text("还可以回复 5 条")

    desk.locator("#cv-say textarea").fill("已经出库，明天送到。")
    desk.locator("#cv-say textarea").press("Enter")
    expect(desk.locator(".cv-out", has_text="已经出库，明天送到。")).to_contain_text("已发送")
    expect(desk.locator("#cv-say textarea")).to_have_value("")
    expect(chat.locator(".bubble.service", has_text="已经出库，明天送到。")).to_be_visible()

    desk.get_by_role("button", name="发送订单卡片").click()
    expect(chat.locator(".bubble.service", has_text=f"订单 {order}")).to_be_visible()


def test_what_cannot_be_sent_stays_in_the_box_with_the_reason(platform, console, new_context):
    platform.box.post("/login", appid=platform.appid, user="阿远")
    platform.box.post("/talk", appid=platform.appid, user="阿远", text="在吗？阿远")
    desk = console().page
    desk.goto(f"{platform.url}/console/conversations/")
    desk.locator(".cv-row", has_text="在吗？阿远").click()
    text = desk.locator("#cv-say textarea")
    for number in range(5):
        text.fill(f"第 {number} 句")
        text.press("Enter")
        expect(text).to_have_value("")
    expect(desk.locator(".cv-allowance")).to_contain_text("5 条回复已用完")
    text.fill("还有一句要紧的")
    text.press("Enter")
    expect(desk.locator("#cv-error")).to_contain_text("最多回复 5 条")
    expect(text).to_have_value("还有一句要紧的")
    desk.reload()
    expect(text).to_have_value("还有一句要紧的")
    platform.box.post("/talk", appid=platform.appid, user="阿远", text="我在")
    expect(desk.locator(".cv-allowance")).to_contain_text(re.compile("还可以回复 [45] 条"))
    text.press("Enter")
    expect(desk.locator(".cv-out", has_text="还有一句要紧的")).to_contain_text("已发送")


def test_a_picture_goes_both_ways_and_the_customer_is_asked_how_it_was(
    platform, console, new_context, tmp_path
):
    from PIL import Image

    Image.new("RGB", (320, 240), "#c2410c").save(tmp_path / "box.jpg")
    platform.box.post("/login", appid=platform.appid, user="小满")
    chat = chat_of(new_context, platform, "小满")
    chat.locator("input[type=file]").set_input_files(tmp_path / "box.jpg")
    chat.get_by_role("button", name="发送", exact=True).click()
    desk = console().page
    desk.goto(f"{platform.url}/console/conversations/")
    desk.locator(".cv-row", has_text="[图片]").first.click()
    expect(desk.locator(".cv-in img")).to_be_visible()
    desk.locator("#cv-say input[type=file]").set_input_files(tmp_path / "box.jpg")
    desk.locator("#cv-say").get_by_role("button", name="发送").click()
    expect(chat.locator(".bubble.service img")).to_be_visible()
    desk.get_by_role("button", name="标记已解决").click()
    expect(chat.locator(".bubble.service", has_text="请回复 1 到 5 的数字")).to_be_visible()
    chat.locator("textarea").fill("5")
    chat.get_by_role("button", name="发送", exact=True).click()
    expect(chat.locator(".bubble.service", has_text="谢谢您的评价")).to_be_visible()
    expect(desk.locator(".cv-head")).to_contain_text("已解决")
    desk.goto(f"{platform.url}/console/conversations/numbers/")
    expect(desk.locator("#staff")).to_contain_text("5.00")
