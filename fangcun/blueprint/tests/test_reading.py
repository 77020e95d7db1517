"""Reading: whatever comes in, something readable comes out, with the place where it is wrong."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangcun.blueprint.checking import check
from fangcun.blueprint.reading import read
from fangcun.blueprint.tests.clean import CLEAN, line_of, plan, planted

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefg", "bcdefgh", strict=True)
)
HOSTILE: dict[str, str | bytes] = {
    "nothing": b"",
    "only a comment": "# 空\n",
    "binary": bytes(range(256)),
    "latin": "名称".encode("gb18030"),
    "a NUL": b"blueprint: 1\n\0",
    "a control character": "blueprint: \x01",
    "too large": b"x" * 10_000_000,
    "deep brackets": "[" * 100_000,
    "deep braces": "{a: " * 100_000,
    "deep dashes": "- " * 100_000,
    "many keys": "\n".join(f"k{n}: 1" for n in range(100_000)),
    "a long word": "a" * 900_000,
    "a bomb": BOMB + "programs: *h\n",
    "a circle": "programs: &a [*a]",
    "an unknown anchor": "programs: *nowhere",
    "a Python object": "programs: !!python/object/apply:os.system [ls]",
    "a tag of its own": "programs: !thing {}",
    "two documents": "blueprint: 1\n---\nblueprint: 1\n",
    "a list": "- blueprint\n",
    "a word": "blueprint",
    "a mapping as a key": "? {a: b}\n: c\n",
    "a list as a key": "[a]: b\n",
    "an open quote": 'name: "x\n',
    "a tab": "a:\n\tb: 1\n",
    "an odd directive": "%YAML 9.9\n---\na: 1\n",
    "a huge number": f"blueprint: {'9' * 5000}\n",
    "surrogates": "blueprint: \ud800\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_a_finding(name):
    findings = check(read(HOSTILE[name]))
    assert findings
    assert all(one.line >= 1 and one.message and one.fix for one in findings)


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        ("a: 1\nb: [\n", "yaml-syntax", 3),
        ("blueprint: 1\n---\na: 1\n", "yaml-syntax", 2),
        ("a: 1\nb: !!int 3\n", "yaml-syntax", 2),
        ("a: 1\nb: *c\n", "yaml-syntax", 2),
        ("- a\n", "wrong-type", 1),
    ],
)
def test_what_is_no_blueprint_says_where(text, rule, line):
    document = read(text)
    assert document.blueprint is None or rule == "wrong-type"
    assert [(one.rule, one.line) for one in document.findings][:1] == [(rule, line)]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300))
def test_any_bytes_are_read_without_a_crash(source):
    assert check(read(source))


_LINES = CLEAN.splitlines(keepends=True)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_plan_with_lines_lost_moved_or_garbled_is_read_without_a_crash(data):
    lines = list(_LINES)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["drop", "twice", "indent", "garble"])):
            case "drop":
                del lines[place]
            case "twice":
                lines.insert(place, lines[place])
            case "indent":
                lines[place] = "  " + lines[place]
            case _:
                at = data.draw(st.integers(0, len(lines[place])))
                lines[place] = lines[place][:at] + data.draw(st.text(max_size=5)) + lines[place][at:]
    for one in check(read("".join(lines))):
        assert 1 <= one.line <= len(lines) + 6
        assert one.message


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates()
ODD = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
KEYS = [
    "enterprise", "programs", "goals", "competitors", "features", "pages", "navigation", "scenarios", "content", "team",
    "schedule", "contingencies", "qualifications", "brand", "launch", "budgets",
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(KEYS), ODD)
def test_any_value_in_the_place_of_a_section_is_read_without_a_crash(key, value):
    import json

    start = CLEAN.index(f"\n{key}:") + 1
    later = [CLEAN.find(f"\n{other}:", start) for other in KEYS]
    end = min((at for at in later if at > 0), default=len(CLEAN))
    text = CLEAN[:start] + f"{key}: {json.dumps(value, default=str)}" + CLEAN[end:]
    check(read(text))


def test_lines_and_columns_point_at_the_value():
    document = read(CLEAN)
    assert document.findings == ()
    target = CLEAN.splitlines()[document.place("goals[repeat_30d].target").line - 1]
    assert target == "    target: 0.20"
    assert document.place("goals[repeat_30d].target").column == 13
    told = document.place("scenarios[buy].steps[told]")
    assert told.line == line_of(CLEAN, "{id: told, actor: system, event: message_sent")
    assert document.place("scenarios[buy].steps[told].nothing.at.all") == told


def test_values_have_their_types():
    blueprint = plan(CLEAN)
    goal = blueprint.goals[0]
    assert (goal.baseline, goal.target, goal.due) == (0.12, 0.20, dt.date(2027, 6, 30))
    assert blueprint.goals[1].baseline == 40.0
    assert isinstance(blueprint.goals[1].baseline, float)
    assert blueprint.goals[1].metric.to.where == {"channel": ("friend", "poster")}
    assert blueprint.scenarios[0].steps[2].props["channel"] == "enum(friend, poster)"
    assert blueprint.schedule.holidays == (dt.date(2027, 1, 1),)


def test_anchors_and_merge_keys_are_understood():
    text = planted(
        ("{kind: repeat, event: order_paid, window_days: 30}", "&m {kind: repeat, event: order_paid, window_days: 30}"),
        ("    metric:\n      kind: ratio\n      of: {kind: sum, event: order_paid, prop: amount}\n      to: {kind: count, event: order_paid, where: {channel: [friend, poster]}}\n", "    metric: {<<: *m, window_days: 60}\n"),
    )  # fmt: skip
    document = read(text)
    assert check(document) == []
    assert plan(text).goals[1].metric.window_days == 60
    assert plan(text).goals[1].metric.event == "order_paid"


def test_a_mistyped_key_is_answered_with_the_right_one():
    [finding] = [
        one for one in check(read(planted(("direction: up", "directon: up")))) if one.rule == "unknown-key"
    ]
    assert finding.fix == "是否想写 direction？"
    assert finding.path == "goals[repeat_30d].directon"


def test_a_colour_without_quotes_is_explained():
    text = planted(('brand: {color: "#087F45", on_color: "#FFFFFF"}', "brand:\n  color: #087F45"))
    [finding] = check(read(text))
    assert (finding.rule, finding.path) == ("wrong-type", "brand.color")
    assert finding.fix == "写上颜色；以 # 开头的内容要加引号"


def test_a_document_with_a_byte_order_mark_and_windows_line_ends_is_read():
    assert check(read(b"\xef\xbb\xbf" + CLEAN.replace("\n", "\r\n").encode())) == []


def test_what_is_wrong_in_one_place_does_not_hide_another():
    text = planted(
        ("{kind: repeat, event: order_paid, window_days: 30}", "{kind: repeats}"),
        ("role: test", "role: tester"),
    )
    found = {(one.rule, one.path) for one in check(read(text))}
    assert found == {
        ("wrong-type", "goals[repeat_30d].metric.kind"),
        ("wrong-type", "team.members[sun].role"),
    }


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("target: 0.20", "target: 1e999", "goals[repeat_30d].target"),
        ("window_hours: 24", "window_hours: 1e20", "scenarios[group_buy].window_hours"),
        ("days: 10", "days: 100000000000", "schedule.stages[dev].days"),
        ("due: 2027-06-30\n  - id", "due: 9999-12-31\n  - id", "goals[repeat_30d].due"),
    ],
)
def test_numbers_and_dates_beyond_reason_are_found(old, new, path):
    findings = check(read(planted((old, new))))
    assert [(one.rule, one.path) for one in findings] == [("wrong-type", path)]
