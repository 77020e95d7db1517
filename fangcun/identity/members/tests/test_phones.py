from __future__ import annotations

import pytest

from fangcun.identity.members.phones import readable_phone
from fangcun.identity.members.text import one_line


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        ("13800000000", "13800000000"),
        ("+86 138-0000-0000", "13800000000"),
        ("8613800000000", "13800000000"),
        ("0086-138-0000-0000", "13800000000"),
        ("+86-010-88886666", "010-88886666"),
        ("１３８００００００００", "13800000000"),
        ("0571-88886666", "0571-88886666"),
        ("057188886666", "0571-88886666"),
        ("（010）8888 6666", "010-88886666"),
        ("021-88886666-123", "021-88886666-123"),
    ],
)
def test_numbers_are_read_as_they_are_dialled(typed, dialled):
    assert readable_phone(typed) == dialled


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12800000000",
        "1380000000",
        "138000000000",
        "88886666",
        "0571-08886666",
        "1380000000a",
        "+1 415 555 0100",
        "+8",
    ],
)
def test_other_texts_are_no_numbers(typed):
    assert readable_phone(typed) is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\r\n\tb", "a b"),
        ("\ufeff文\u200b字", "文字"),
        ("e\u0301", "é"),
        ("\u2067\u202edrowssap", "drowssap"),
        ("❤️ 🏳️‍🌈", "❤️ 🏳️‍🌈"),
        ("\u200d\u200d", ""),
        ("\udc80", ""),
    ],
)
def test_a_line_keeps_what_can_be_seen(typed, kept):
    assert one_line(typed) == kept
