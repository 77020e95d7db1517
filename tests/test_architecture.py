"""The rules of the house that import-linter cannot see."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 300
EMPTY_NAMES = {"utils", "helpers", "manager", "managers", "base", "common", "misc"}
WRITES = {
    "bulk_create",
    "bulk_update",
    "create",
    "delete",
    "get_or_create",
    "save",
    "update",
    "update_or_create",
}
FLOORS_WITH_ROOMS = ("build", "plan", "grow", "content", "shop", "insight", "identity")
# What a room may consist of; a subject of its own (carriers of shipping, regions of members) is a module too,
# as long as it is named after what it holds.
ROOM_FILES = {"__init__", "apps", "errors", "events", "models", "queries", "services", "states", "tasks"}


def sources(*folders: str, suffixes: tuple[str, ...] = (".py",)) -> Iterator[Path]:
    """Files that people wrote: no tests, migrations or generated code."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            generated = {"migrations", "tests", "node_modules", "dist"} & set(path.parts)
            if path.suffix in suffixes and not generated and path.name != "schema.d.ts":
                yield path


def layers_contracts() -> list[list[set[str]]]:
    """The layers of pyproject.toml, top first; each is a set of modules."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return [
        [{name.strip(" ()") for name in re.split(r"[|:]", layer)} for layer in contract["layers"]]
        for contract in config["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    ]


def level(layers: list[set[str]], module: str) -> int | None:
    """How far down a module lives; None when these layers don't name it."""
    for depth, names in enumerate(layers):
        if any(module == name or module.startswith(f"{name}.") for name in names):
            return depth
    return None


def points_down(source: str, target: str) -> bool:
    for layers in layers_contracts():
        above, below = level(layers, source), level(layers, target)
        if above is not None and below is not None and above != below:
            return above < below
    return False


def house_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_config.name.startswith("fangcun.")]


def test_the_floors_of_this_test_are_those_of_the_house():
    assert points_down("fangcun.shop.orders", "fangcun.shop.payments")
    assert points_down("fangcun.grow.messaging", "fangcun.identity.members")
    assert not points_down("fangcun.shop.payments", "fangcun.shop.orders")
    assert not points_down("fangcun.shop.payments", "fangcun.shop.shipping")
    assert not points_down("fangcun.identity.members", "fangcun.shop.orders")


def test_foreign_keys_point_down():
    wrong, seen = [], 0
    for model in house_models():
        for field in model._meta.get_fields():
            target = field.related_model if field.concrete and field.is_relation else None
            if target is None or isinstance(target, str):
                continue
            seen += 1
            source_room = model._meta.app_config.name
            target_room = target._meta.app_config.name
            in_the_house = target_room.startswith("fangcun.")
            if target_room == source_room or (in_the_house and points_down(source_room, target_room)):
                continue
            if not in_the_house and source_room == "fangcun.identity.staff":
                continue  # staff are Django's users
            wrong.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")
    assert seen > 10
    assert wrong == []


@pytest.mark.django_db(databases="__all__")
def test_every_model_change_has_its_migration():
    out = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=out)
    except SystemExit:
        pytest.fail(out.getvalue())


def foreign_models(tree: ast.Module, room: str) -> dict[str, str]:
    """Names in a module that are models of another room, and whose they are."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and re.match(r"fangcun\..*\.models", node.module):
            owner = node.module.split(".models")[0]
            if owner != room:
                found |= {alias.asname or alias.name: owner for alias in node.names}
    return found


def root_name(node: ast.expr) -> str | None:
    """The first name of a chain such as Order.objects.filter(...).update(...)."""
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return node.id if isinstance(node, ast.Name) else None


def foreign_writes(code: str, room: str) -> list[str]:
    tree = ast.parse(code)
    foreign = foreign_models(tree, room)
    return [
        f"line {node.lineno}: {root_name(node.func)} belongs to {foreign[root_name(node.func)]}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        and root_name(node.func) in foreign
    ]


def test_a_foreign_write_would_be_seen():
    code = "from fangcun.shop.catalog.models import Sku\nSku.objects.filter(pk=1).update(stock=0)\n"
    assert foreign_writes(code, "fangcun.doors.console") == ["line 2: Sku belongs to fangcun.shop.catalog"]
    assert foreign_writes(code, "fangcun.shop.catalog") == []


def test_only_the_owning_room_writes_its_tables():
    wrong = []
    for path in sources("fangcun"):
        parts = path.relative_to(ROOT).parts
        room = ".".join(parts[:3] if parts[1] in (*FLOORS_WITH_ROOMS, "gateways", "doors") else parts[:2])
        wrong += [f"{path.relative_to(ROOT)} {found}" for found in foreign_writes(path.read_text(), room)]
    assert wrong == []


def test_only_flows_listen():
    listening = [
        str(path.relative_to(ROOT))
        for path in sources("fangcun")
        if re.search(r"^from fangcun\.kernel\.events import .*\blistens\b", path.read_text(), re.MULTILINE)
    ]
    assert listening
    assert [path for path in listening if not path.startswith("fangcun/flows/")] == []


def test_no_module_has_a_name_that_says_nothing():
    named = [path for path in sources("fangcun", "wechatbox", "tools", "bench") if path.stem in EMPTY_NAMES]
    assert named == []


def test_rooms_hold_what_a_room_holds():
    strange = []
    for floor in FLOORS_WITH_ROOMS:
        for room in sorted(p for p in (ROOT / "fangcun" / floor).glob("*") if (p / "apps.py").exists()):
            for path in room.rglob("*.py"):
                relative = path.relative_to(room)
                empty = not path.read_text().strip() and path.name != "__init__.py"
                if {"migrations", "tests"} & set(relative.parts[:-1]):
                    continue
                if empty or (len(relative.parts) > 2 and relative.parts[0] in ROOM_FILES):
                    strange.append(str(path.relative_to(ROOT)))
            assert (room / "models.py").exists() or (room / "models").is_dir(), room
    assert strange == []


def test_no_file_is_too_long_to_read():
    folders = ("fangcun", "wechatbox", "tools", "bench", "miniapp/src")
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources(*folders, suffixes=(".py", ".ts", ".vue"))
        if (lines := len(path.read_text().splitlines())) > LONGEST
    }
    assert long == {}


def test_locked_requirements_have_hashes_and_name_no_registry():
    registry = r"^\s*(?:-i|--index-url|--extra-index-url|--find-links)\b|https?://"
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        text = path.read_text()
        assert re.findall(registry, text, re.MULTILINE) == []
        pins = re.findall(r"^([\w.\[\],-]+==\S+)(.*)$", text, re.MULTILINE)
        assert pins, path
        assert [pin for pin, rest in pins if not rest.rstrip().endswith("\\")] == [], path


def test_what_tests_install_holds_what_the_platform_runs_on():
    def pins(name: str) -> dict[str, str]:
        text = (ROOT / "requirements" / name).read_text()
        return dict(re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==(\S+)", text, re.MULTILINE))

    base, test = pins("base.txt"), pins("test.txt")
    assert base
    assert {name: test.get(name) for name in base} == base
