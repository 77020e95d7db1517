"""Three texts become one, path by path, and nothing is decided in silence."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangcun.blueprint import composing
from fangcun.blueprint.editing import plain
from fangcun.plan.revisions import merging
from fangcun.plan.revisions.lines import merged_lines
from fangcun.plan.revisions.merging import Conflict, TooMuch, merge

BASE = """\
# 店
name: 甲
stages:
  - {id: a, days: 1, tags: [x, y]}   # 甲
  # 乙的说明
  - {id: b, days: 2}
  - {id: c, days: 3}
pages:
  home: {title: 首页}
  cart: {title: 购物车}
due: 2027-01-01
"""


def changed(*changes: tuple[str, str]) -> str:
    text = BASE
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def said(text: str):
    return plain(composing.compose(text))


def ids(text: str) -> list[str]:
    return [stage["id"] for stage in said(text)["stages"]]


A, B, C = (
    "  - {id: a, days: 1, tags: [x, y]}   # 甲\n",
    "  # 乙的说明\n  - {id: b, days: 2}\n",
    "  - {id: c, days: 3}\n",
)


def test_nothing_changed_by_the_others_leaves_every_byte():
    mine = changed(("name: 甲", "name: 乙"))
    assert merge(BASE, mine, BASE, choices={}).text == mine


def test_a_value_that_only_the_others_changed_is_taken():
    mine = changed(("name: 甲", "name: 乙   # 新名"))
    merged = merge(
        BASE, mine, changed(("days: 2", "days: 5"), ("due: 2027-01-01", "due: 2027-02-01")), choices={}
    )
    assert merged.taken == ("stages[b].days", "due")
    assert merged.text == mine.replace("days: 2", "days: 5").replace("2027-01-01", "2027-02-01")


def test_the_same_change_on_both_sides_is_no_conflict():
    both = changed(("days: 2", "days: 5"))
    merged = merge(BASE, both, both.replace("# 店\n", ""), choices={})
    assert (merged.text, merged.taken, merged.conflicts) == (both, (), ())


def test_entries_that_the_others_added_come_behind_the_same_neighbour():
    theirs = changed((B, B + "  - {id: d, days: 4}\n"), (A, "  - {id: e, days: 9}\n" + A))
    mine = changed((C, C + "  - {id: m, days: 7}\n"))
    merged = merge(BASE, mine, theirs, choices={})
    assert ids(merged.text) == ["e", "a", "b", "d", "c", "m"]
    assert merged.taken == ("stages[e]", "stages[d]")
    assert "# 乙的说明" in merged.text


def test_what_the_others_removed_is_removed_unless_it_was_worked_on():
    theirs = changed((B, ""), ("  cart: {title: 购物车}\n", ""))
    merged = merge(BASE, BASE, theirs, choices={})
    assert (ids(merged.text), list(said(merged.text)["pages"])) == (["a", "c"], ["home"])
    mine = changed(("days: 2", "days: 5"), ("购物车", "篮子"))
    refused = merge(BASE, mine, theirs, choices={})
    assert refused.text == mine
    assert refused.conflicts == (
        Conflict("stages[b]", {"id": "b", "days": 2}, {"id": "b", "days": 5}, None),
        Conflict("pages.cart", {"title": "购物车"}, {"title": "篮子"}, None),
    )
    chosen = merge(BASE, mine, theirs, choices={"stages[b]": "theirs", "pages.cart": "mine"})
    assert (ids(chosen.text), said(chosen.text)["pages"]["cart"]) == (["a", "c"], {"title": "篮子"})
    assert chosen.conflicts == ()


def test_what_one_removed_and_the_others_worked_on_is_a_conflict():
    mine, theirs = changed((B, "")), changed(("days: 2", "days: 5"))
    refused = merge(BASE, mine, theirs, choices={})
    assert refused.conflicts == (Conflict("stages[b]", {"id": "b", "days": 2}, None, {"id": "b", "days": 5}),)
    assert refused.text == mine
    chosen = merge(BASE, mine, theirs, choices={"stages[b]": "theirs"})
    assert said(chosen.text)["stages"][1] == {"id": "b", "days": 5}
    assert merge(BASE, mine, theirs, choices={"stages[b]": "mine"}).text == mine


def test_what_only_this_side_removed_stays_away():
    mine = changed((B, ""))
    assert merge(BASE, mine, changed(("days: 3", "days: 4")), choices={}).text == mine.replace(
        "days: 3", "days: 4"
    )


def test_a_list_without_ids_is_one_value():
    mine, theirs = changed(("tags: [x, y]", "tags: [x, y, m]")), changed(("tags: [x, y]", "tags: [x]"))
    assert merge(BASE, BASE, theirs, choices={}).text == theirs
    conflict = Conflict("stages[a].tags", ["x", "y"], ["x", "y", "m"], ["x"])
    assert merge(BASE, mine, theirs, choices={}).conflicts == (conflict,)


def test_an_order_that_only_the_others_changed_is_taken():
    theirs = changed((A, ""), (C, C + A))
    mine = changed((C, C + "  - {id: m, days: 7}\n"))
    merged = merge(BASE, mine, theirs, choices={})
    assert ids(merged.text) == ["b", "c", "m", "a"]
    assert merged.conflicts == ()
    assert "# 乙的说明\n  - {id: b" in merged.text


def test_two_orders_are_a_conflict_of_the_list():
    theirs, mine = changed((A, ""), (C, C + A)), changed((B, ""), (C, C + B))
    refused = merge(BASE, mine, theirs, choices={})
    assert refused.conflicts == (Conflict("stages", ["a", "b", "c"], ["a", "c", "b"], ["b", "c", "a"]),)
    assert ids(refused.text) == ["a", "c", "b"]
    assert ids(merge(BASE, mine, theirs, choices={"stages": "theirs"}).text) == ["b", "c", "a"]


def test_what_can_not_be_edited_as_it_is_written_is_left_to_a_person():
    mine = changed(("name: 甲", "name: 甲\nbase: &one {id: z}"), (C, "  - {id: c, days: 3, like: *one}\n"))
    theirs = changed(("days: 3}", "days: 3, like: {id: z, more: 1}}"))
    merged = merge(changed(("days: 3}", "days: 3, like: {id: z}}")), mine, theirs, choices={})
    assert merged.text == mine
    assert merged.conflicts == (Conflict("stages[c].like.more", None, None, 1, by_hand=True),)
    assert merge(BASE, mine, theirs, choices={"stages[c].like.more": "mine"}).conflicts == ()


def test_aliases_without_end_are_refused():
    bomb = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 8)
    )
    with pytest.raises(TooMuch):
        merge(BASE, bomb, BASE, choices={})


stages = st.lists(
    st.tuples(st.sampled_from("abcde"), st.integers(0, 2)), max_size=5, unique_by=lambda pair: pair[0]
)
documents = st.builds(
    lambda rows, pages: "\n".join(
        [
            "stages: []" if not rows else "stages:",
            *(f"  - {{id: {name}, days: {days}}}" for name, days in rows),
            "pages: {}" if not pages else "pages:",
            *(f"  {name}: {{title: {title}}}" for name, title in pages.items()),
            "",
        ]
    ),
    stages,
    st.dictionaries(st.sampled_from("pqr"), st.sampled_from("一二"), max_size=3),
)


def merged_by_edits(base: str, mine: str, theirs: str, choices: dict[str, str]) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "merged_lines", lambda *_texts: None)
        return merge(base, mine, theirs, choices=choices).text


@settings(max_examples=60, deadline=None)
@given(documents, documents, documents)
def test_whatever_both_did_a_choice_ends_every_conflict_and_lines_say_what_paths_say(base, mine, theirs):
    assert said(merge(base, base, theirs, choices={}).text) == said(theirs)
    assert merge(base, mine, base, choices={}).text == mine
    found = merge(base, mine, theirs, choices={})
    for side in ("mine", "theirs"):
        choices = {one.path: side for one in found.conflicts}
        decided = merge(base, mine, theirs, choices=choices)
        assert decided.conflicts == ()
        assert said(decided.text) == said(merged_by_edits(base, mine, theirs, choices))


def test_comments_of_both_sides_stay_where_they_worked_on_different_lines():
    mine = changed(("days: 2}", "days: 2}   # 我的"), ("name: 甲", "name: 乙"))
    theirs = changed(("due: 2027-01-01", "# 改期\ndue: 2027-02-01"))
    merged = merge(BASE, mine, theirs, choices={})
    assert merged.text == mine.replace("due: 2027-01-01", "# 改期\ndue: 2027-02-01")
    assert merged.taken == ("due",)


@pytest.mark.parametrize(
    ("mine", "theirs", "merged"),
    [
        ("a\nb\nc\n", "a\nb\nc\n", "a\nb\nc\n"),
        ("x\nb\nc\n", "a\nb\ny\n", "x\nb\ny\n"),
        ("a\nb\nc\nd\n", "b\nc\n", "b\nc\nd\n"),
        ("m\nb\nc\n", "t\nb\nc\n", "m\nb\nc\n"),
        ("", "a\nb\nc\nd\n", ""),
        ("a\nb\nc", "a\nb\nc\n", "a\nb\nc"),
    ],
)
def test_lines_are_put_together(mine, theirs, merged):
    assert merged_lines("a\nb\nc\n", mine, theirs) == merged


def test_endless_texts_are_not_compared_by_lines():
    assert merged_lines("", "\n" * 20_001, "") is None
