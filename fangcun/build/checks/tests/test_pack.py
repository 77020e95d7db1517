"""The pack and its checks belong together."""

from __future__ import annotations

import re

import pytest

from fangcun.build.checks.pack import PACK_VERSION, rules
from fangcun.build.checks.registry import checks

PACK = sorted(rules())


def test_every_rule_has_one_check_and_every_check_one_rule():
    assert sorted(checks()) == PACK


@pytest.mark.parametrize("name", PACK)
def test_a_rule_explains_itself_in_both_languages_and_says_where_it_comes_from(name):
    one = rules()[name]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one.id)
    for chinese in (one.title, one.why, one.fix):
        assert re.search("[\u4e00-\u9fff]", chinese), chinese
    for english in (one.title_en, one.why_en, one.fix_en):
        assert english.strip()
        assert not re.search("[\u4e00-\u9fff]{6,}", english), english
    assert one.sources
    for source in one.sources:
        assert source.page.strip()
        assert source.quote.strip()
        assert re.match(r"https?://", source.url), source.url
        assert re.fullmatch(r"20\d\d-\d\d(-\d\d)?", source.date), source.date
    assert one.since
    assert tuple(map(int, one.since.split("."))) <= tuple(map(int, PACK_VERSION.split(".")))
