"""A finding is known again in the next build."""

from __future__ import annotations

import pytest

from fangcun.build.checks.finding import Finding


def finding(**changes) -> Finding:
    plain = {
        "rule": "console-left",
        "message": "日志没有删",
        "message_en": "A log was left",
        "file": "app.js",
    }
    return Finding(**(plain | changes))


def test_a_key_is_sixteen_hex_digits():
    assert int(finding().key, 16) >= 0
    assert len(finding().key) == 16


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"line": 3}, {"line": 90}),
        ({"detail": {"bytes": 1}}, {"detail": {"bytes": 2}}),
        ({"message": "主包 1.62 MB，超过 1.5 MB"}, {"message": "主包 1.71 MB，超过 1.5 MB"}),
        ({"message": "第 12 行有日志"}, {"message": "第 300 行有日志"}),
        ({"message": "3 处 console.log"}, {"message": "17 处 console.log"}),
        ({"file": "vendor.5f2c91d0.js"}, {"file": "vendor.7be01a33.js"}),
    ],
)
def test_a_key_does_not_see_what_changes_from_build_to_build(before, after):
    assert finding(**before).key == finding(**after).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"rule": "a"}, {"rule": "b"}),
        ({"file": "a.js"}, {"file": "b.js"}),
        ({"page": "pages/a"}, {"page": "pages/b"}),
        ({"message": "访问 http://10.0.0.1/api"}, {"message": "访问 http://10.0.0.2/api"}),
        ({"message": "wx.getLocation 没有声明"}, {"message": "wx.chooseAddress 没有声明"}),
    ],
)
def test_a_key_tells_different_things_apart(one, other):
    assert finding(**one).key != finding(**other).key


def test_a_finding_survives_json():
    one = finding(line=3, page="pages/a", detail={"bytes": 4}, picture="a.png")
    assert Finding.from_json(one.as_json()) == one
