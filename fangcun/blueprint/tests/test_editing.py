"""One edit changes one place: the rest of the text keeps every byte, and what was typed is read back exactly."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangcun.blueprint.checking import check
from fangcun.blueprint.composing import compose
from fangcun.blueprint.editing import (
    EditRefused,
    insert_item,
    move_item,
    plain,
    remove_item,
    rename,
    set_value,
    unset,
)
from fangcun.blueprint.reading import read
from fangcun.blueprint.tests.clean import CLEAN

BLUEPRINTS = Path(__file__).resolve().parents[3] / "blueprints"
SHOP = (BLUEPRINTS / "fresh-grocery.yaml").read_text()
TEXTS = {"clean": CLEAN, "shop": SHOP}


def data(text: str) -> Any:
    return plain(compose(text))


def changed(before: str, after: str) -> list[str]:
    """The lines that went and came, as a diff without context."""
    told = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in told if not line.startswith(("---", "+++", "@@"))]


def paths(node: Any, path: str = "") -> list[tuple[str, Any]]:
    """Every path of a document with its value."""
    found = [(path, node)] if path else []
    if isinstance(node, dict):
        for key, value in node.items():
            found += paths(value, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for number, value in enumerate(node):
            name = value["id"] if isinstance(value, dict) and "id" in value else number
            found += paths(value, f"{path}[{name}]")
    return found


PLACES = {name: paths(data(text)) for name, text in TEXTS.items()}
ODD = ["", " ", "a: b", "#x", "x #y", "*a", "&a", "{{", "}", "[", "'", '"', "yes", "null", "~", "12", "1.5", "2027-01-01",
       "true", "-", "- a", "a\nb", "a\tb", "😀", "中文：冒号", "a,b", "key:", "!x", "%", "@", "`", "\\", "\x07", "\u2028", "<<"]  # fmt: skip


def test_a_number_is_changed_in_its_place():
    after = set_value(CLEAN, "goals[repeat_30d].target", 0.25)
    assert changed(CLEAN, after) == ["-    target: 0.20", "+    target: 0.25"]


def test_a_value_inside_braces_leaves_the_rest_of_its_line():
    after = set_value(SHOP, "pages.home.title", "首页, 新")
    [old, new] = changed(SHOP, after)
    assert new[1:] == old[1:].replace("title: 首页", 'title: "首页, 新"')


def test_the_comment_behind_a_value_stays():
    after = set_value(SHOP, "scenarios[pay_later].key", "person")
    assert changed(SHOP, after) == [
        "-    key: order_number                 # 按订单数：有多少未付的单被补付",
        "+    key: person                 # 按订单数：有多少未付的单被补付",
    ]


def test_a_missing_key_is_added_at_the_end_of_its_mapping():
    assert changed(CLEAN, set_value(CLEAN, "goals[basket].pain", "repurchase")) == ["+    pain: repurchase"]
    assert changed(CLEAN, set_value(CLEAN, "brand.corner_px", 12)) == [
        '-brand: {color: "#087F45", on_color: "#FFFFFF"}',
        '+brand: {color: "#087F45", on_color: "#FFFFFF", corner_px: 12}',
    ]


def test_missing_keys_on_the_way_are_added_too():
    without = unset(CLEAN, "brand")
    assert changed(without, set_value(without, "brand.color", "#123456")) == ['+brand: {color: "#123456"}']


def test_an_entry_is_added_where_it_belongs():
    value = {"id": "fan", "name": "范策划", "role": "planning"}
    assert changed(CLEAN, insert_item(CLEAN, "team.members", value, at=1)) == [
        "+    - {id: fan, name: 范策划, role: planning}"
    ]
    assert changed(CLEAN, insert_item(CLEAN, "team.members", value)) == [
        "+    - {id: fan, name: 范策划, role: planning}"
    ]
    assert changed(CLEAN, insert_item(CLEAN, "launch.categories", "粮油, 副食")) == [
        "-  categories: [生鲜果蔬]",
        '+  categories: [生鲜果蔬, "粮油, 副食"]',
    ]


def test_a_large_entry_gets_lines_of_its_own():
    value = {
        "id": "gift",
        "name": "送礼",
        "serves": ["basket"],
        "steps": [{"id": "a", "actor": "customer", "event": "gift_sent"}],
        "closes_with": "a",
    }
    assert changed(CLEAN, insert_item(CLEAN, "scenarios", value)) == [
        "+  - id: gift",
        "+    name: 送礼",
        "+    serves: [basket]",
        "+    steps: [{id: a, actor: customer, event: gift_sent}]",
        "+    closes_with: a",
    ]


def test_an_entry_is_taken_out_with_its_lines_only():
    assert changed(CLEAN, remove_item(CLEAN, "team.members[sun]")) == [
        "-    - {id: sun, name: 孙测试, role: test}"
    ]
    start, end = CLEAN.index("  - id: basket\n"), CLEAN.index("\ncompetitors:")
    assert remove_item(CLEAN, "goals[basket]") == CLEAN[:start] + CLEAN[end:]
    assert data(remove_item(CLEAN, "pages.home.leads_to[0]"))["pages"]["home"]["leads_to"] == []
    with pytest.raises(EditRefused, match="文档里没有"):
        remove_item(CLEAN, "team.members[nobody]")


def test_an_entry_moves_with_the_comment_above_it():
    text = CLEAN.replace("    - {id: sun,", "    # 测试负责人\n    - {id: sun,")
    after = move_item(text, "team.members[sun]", to=0)
    assert "  members:\n    # 测试负责人\n    - {id: sun, name: 孙测试, role: test}\n    - {id: li," in after
    assert move_item(after, "team.members[sun]", to=3) == text


def test_a_page_moves_among_pages_and_a_word_in_its_list():
    after = move_item(CLEAN, "pages.orders", to=0)
    assert next(iter(data(after)["pages"])) == "orders"
    assert data(move_item(CLEAN, "pages.orders.leads_to[1]", to=0))["pages"]["orders"]["leads_to"] == [
        "notes",
        "product",
    ]


def test_a_new_name_reaches_everything_that_refers_to_it():
    after = rename(CLEAN, "pages.product", "goods")
    assert check(read(after)) == []
    assert set(data(CLEAN)["pages"]) - set(data(after)["pages"]) == {"product"}
    for path, new in [
        ("goals[repeat_30d]", "repeat"),
        ("scenarios[group_buy]", "together"),
        ("scenarios[buy].steps[told]", "informed"),
        ("scenarios[buy].steps[submit]", "sent_in"),
        ("team.members[li]", "li_bai"),
        ("schedule.stages[dev]", "code"),
        ("features[refunds]", "money_back"),
        ("competitors.criteria[price]", "cost"),
        ("programs[club]", "members_club"),
        ("enterprise.pains[repurchase]", "again"),
    ]:
        assert check(read(rename(CLEAN, path, new))) == [], path


def test_a_name_that_a_neighbour_has_is_refused():
    for path, taken in [
        ("pages.product", "home"),
        ("goals[basket]", "repeat_30d"),
        ("scenarios[buy].steps[told]", "pay"),
    ]:
        with pytest.raises(EditRefused, match=f"编号 {taken} 已经用过"):
            rename(CLEAN, path, taken)
    assert rename(CLEAN, "pages.home", "home") == CLEAN


@pytest.mark.parametrize(
    ("text", "path", "after"),
    [
        ("a:\n  b:\nc: 1\n", "a.b", "a:\n  b: 5\nc: 1\n"),
        ("a:\n- id: x\n  b:   # hint\n- id: y\n", "a[x].b", "a:\n- id: x\n  b: 5   # hint\n- id: y\n"),
        ("a:\n- id: x\n  b:\n\n# next\n- id: y\n", "a[x].b", "a:\n- id: x\n  b: 5\n\n# next\n- id: y\n"),
        ("a:\n-\n- b\n", "a[0]", "a:\n- 5\n- b\n"),
        ("a: {b: , c: 1}\n", "a.b", "a: {b: 5 , c: 1}\n"),
        ("a:", "a", "a: 5"),
    ],
)
def test_a_value_that_was_left_out_is_filled_in_where_it_belongs(text, path, after):
    assert set_value(text, path, 5) == after


def test_a_key_that_was_left_empty_is_taken_out_with_its_line_only():
    assert unset("a:\n  b:\nc: 1\n", "a.b") == "a: {}\nc: 1\n"
    assert unset("a:\n- id: x\n  b:\n\n# next\n- id: y\n", "a[x].b") == "a:\n- id: x\n\n# next\n- id: y\n"


def test_a_path_that_is_not_there_is_refused_in_words():
    with pytest.raises(EditRefused, match="文档里没有"):
        set_value(CLEAN, "goals[nothing].target", 1)
    with pytest.raises(EditRefused, match="看不懂路径"):
        set_value(CLEAN, "goals[", 1)
    with pytest.raises(EditRefused, match="无法解析"):
        set_value("a: [", "a", 1)


def test_what_a_reference_of_yaml_shares_is_not_changed_behind_ones_back():
    text = "a: &x {b: 1}\nc: *x\n"
    with pytest.raises(EditRefused, match="YAML 引用"):
        set_value(text, "c.b", 2)
    assert set_value(text, "c", 3) == "a: &x {b: 1}\nc: 3\n"


def test_windows_line_ends_stay():
    text = CLEAN.replace("\n", "\r\n")
    after = insert_item(
        text,
        "goals",
        {
            "id": "x",
            "statement": "长" * 60,
            "metric": {"kind": "retention", "day": 7},
            "baseline": 1,
            "target": 2,
        },
    )
    assert "\n" not in after.replace("\r\n", "")


@pytest.mark.parametrize("value", ODD)
def test_odd_text_is_read_back_as_it_was_typed(value):
    for path in ("goals[repeat_30d].statement", "pages.home.title", "launch.categories[0]", "brand.logo"):
        after = set_value(CLEAN, path, value)
        assert dict(paths(data(after)))[path] == value


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(sorted(TEXTS)), st.data(), st.text(max_size=12) | st.sampled_from(ODD))
def test_any_text_in_any_place_changes_that_place_only(name, data_, value):
    text = TEXTS[name]
    path, old = data_.draw(st.sampled_from([one for one in PLACES[name] if isinstance(one[1], str)]))
    if path.endswith(".id") or any(0xD800 <= ord(letter) < 0xE000 for letter in value):
        return
    after = set_value(text, path, value)
    assert dict(paths(data(after)))[path] == value
    assert len(changed(text, after)) in (0, 2)
    back = set_value(after, path, old)
    assert data(back) == data(text)


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(sorted(TEXTS)), st.data())
def test_what_is_added_and_taken_out_again_leaves_the_text_as_it_was(name, data_):
    text = TEXTS[name]
    path, old = data_.draw(
        st.sampled_from([one for one in PLACES[name] if isinstance(one[1], list) and one[1]])
    )
    place = data_.draw(st.integers(0, len(old)))
    value = {"id": "newcomer", "name": "新来的"} if isinstance(old[0], dict) else "newcomer"
    added = insert_item(text, path, value, at=place)
    assert remove_item(added, f"{path}[newcomer]" if isinstance(value, dict) else f"{path}[{place}]") == text


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(sorted(TEXTS)), st.data())
def test_what_is_moved_there_and_back_leaves_the_text_as_it_was(name, data_):
    text = TEXTS[name]
    path, old = data_.draw(
        st.sampled_from([one for one in PLACES[name] if isinstance(one[1], list) and len(one[1]) > 1])
    )
    here = data_.draw(st.integers(0, len(old) - 1))
    there = data_.draw(st.integers(0, len(old) - 1))

    def entry(order: list[Any], place: int) -> str:
        one = order[place]
        return f"{path}[{one['id']}]" if isinstance(one, dict) and "id" in one else f"{path}[{place}]"

    moved = move_item(text, entry(old, here), to=there)
    now = dict(paths(data(moved)))[path]
    assert sorted(map(str, now)) == sorted(map(str, old))
    assert move_item(moved, entry(now, there), to=here) == text


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(sorted(TEXTS)), st.data())
def test_anything_can_be_taken_out(name, data_):
    text = TEXTS[name]
    path, _old = data_.draw(st.sampled_from(PLACES[name]))
    after = unset(text, path)
    assert path not in dict(paths(data(after))) or path.endswith("]")
    assert len(paths(data(after))) < len(PLACES[name])
    assert all(line.startswith(("-", "+")) for line in changed(text, after))
