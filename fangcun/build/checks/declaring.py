"""What an enterprise has filled in at WeChat, in a small YAML file for packages that have no blueprint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from fangcun.build.checks.subject import Declared


class DeclaredUnreadable(Exception):
    """A file of declarations cannot be read, or does not have their form; the text says where."""


class _Form(BaseModel):
    """The keys of the file; each may be left out, and is then not known."""

    model_config = ConfigDict(extra="forbid")

    privacy: frozenset[str] | None = None
    domains: frozenset[str] | None = None
    categories: tuple[str, ...] = ()
    qualifications: tuple[str, ...] | None = None
    order_path: str = ""
    ugc: bool | None = None
    ugc_reviewed: bool | None = None
    shipping: bool | None = None
    location: bool | None = None
    service_provider: bool | None = None
    plugin_bytes: dict[str, int] = {}
    environment: str = ""

    def declared(self) -> Declared:
        return Declared(**{**dict(self), "plugin_bytes": tuple(self.plugin_bytes.items())})


def read_declared(file: Path) -> Declared:
    """The declarations in a file, such as `privacy: [address, phone]` and `domains: [api.example.com]`.

    Raises `DeclaredUnreadable`.
    """
    try:
        plain = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
        return _Form.model_validate({} if plain is None else plain).declared()
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise DeclaredUnreadable(f"{file}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise DeclaredUnreadable(f"{file}: {place}: {first['msg']}") from error


def declared_as_json(declared: Declared) -> dict[str, Any]:
    """What is known, as JSON values."""
    plain = {name: value for name, value in asdict(declared).items() if value not in (None, (), "")}
    sets = {name: sorted(value) for name, value in plain.items() if isinstance(value, frozenset)}
    return {**plain, **sets, "plugin_bytes": dict(declared.plugin_bytes)}


def declared_from_json(plain: Mapping[str, Any]) -> Declared:
    """What `declared_as_json` wrote."""
    return _Form.model_validate(plain).declared()


def hosts_of(domains: Iterable[str]) -> frozenset[str]:
    """Registered domains such as https://api.example.com without their scheme, as rules compare them."""
    return frozenset(one.partition("://")[2] or one for one in domains)
