"""Values fit the fields of WeChat's templates."""

from __future__ import annotations

import pytest

from fangcun.grow.messaging.fields import fit


@pytest.mark.parametrize(
    ("key", "value", "fitted"),
    [
        ("thing2", "云南蓝莓 125g", "云南蓝莓 125g"),
        ("thing2", "字" * 20, "字" * 20),
        ("thing2", "字" * 21, "字" * 19 + "…"),
        ("thing12", "😀" * 10, "😀" * 10),
        ("thing2", "😀" * 11, "😀" * 9 + "…"),
        ("thing2", "一行\n两行\t \0三", "一行 两行 三"),
        ("thing2", "", "无"),
        ("thing2", " \n ", "无"),
        ("character_string1", "F20261123-0001", "F20261123-0001"),
        ("character_string1", "顺丰 SF123 号", "SF123"),
        ("character_string1", "A" * 33, "A" * 32),
        ("character_string4", "单号", "-"),
        ("amount3", "12.30", "¥12.30"),
        ("amount3", "¥12.30", "¥12.30"),
        ("amount3", "12.30元", "12.30元"),
        ("amount3", "¥12.30元", "¥12.30"),
        ("amount3", "0.01", "¥0.01"),
        ("amount3", "123456789.55", "¥123456789.5"),
        ("amount3", "1234567890.55", "¥1234567890"),
        ("amount3", "免费", "免费"),
        ("number1", "约 12.5 公斤", "12.5"),
        ("number1", "没有", "0"),
        ("time4", "2026-11-23T00:05:09+00:00", "2026年11月23日 08:05"),
        ("time4", "2026-11-23T00:05:09.123456Z", "2026年11月23日 08:05"),
        ("time4", "15:01", "15:01"),
        ("date4", "2026-11-22T23:05:09+00:00", "2026年11月23日"),
        ("phrase1", "已经发货啦啦", "已经发货啦"),
        ("phrase1", "OK已发货!", "已发货"),
        ("name1", "王小方 (VIP)", "王小方"),
        ("name1", "Anna O'Neil", "Anna O'Neil"),
        ("phone_number1", "+86 138-0013-8000 转 2", "+86 138-0013-8000"),
        ("car_number1", "云A·12345", "云A12345"),
        ("letter1", "ab12c", "abc"),
        ("symbol1", "a!?b#", "!?#"),
        ("const1", "已发货", "已发货"),
    ],
)
def test_a_value_is_cut_to_its_field(key, value, fitted):
    assert fit(key, value) == fitted
