"""The rule pack: texts, severities and sources of every rule, read from the YAML files of this folder.

A file is a list of rules with the keys of `Rule`; every `*.yaml` here is part of the pack.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML

from fangcun.build.checks.finding import Rule

PACK_VERSION = "1.0"  # raise it with every rule that comes, goes or changes what it finds

_FOLDER = Path(__file__).parent
_FORM = TypeAdapter(list[Rule])


class BrokenPack(Exception):
    """A file of the pack does not have the form of a list of rules, or an id stands twice."""


@cache
def rules() -> MappingProxyType[str, Rule]:
    """Every rule by its id, in the order of the files. Raises `BrokenPack`."""
    found: dict[str, Rule] = {}
    for file in sorted(_FOLDER.glob("*.yaml")):
        try:
            read = _FORM.validate_python(YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8")))
        except ValidationError as error:
            raise BrokenPack(f"{file.name}: {error}") from error
        for one in read:
            if one.id in found:
                raise BrokenPack(f"{file.name}: {one.id} stands twice")
            found[one.id] = one
    return MappingProxyType(found)
