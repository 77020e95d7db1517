"""Province, city and district: the choices of an address.

`regions.json` follows the division codes of the Ministry of Civil Affairs (GB/T 2260).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

_FILE = Path(__file__).with_name("regions.json")


@dataclass(frozen=True, slots=True)
class Region:
    """One district with the city and the province it lies in."""

    code: str
    province: str
    city: str
    district: str


@lru_cache(maxsize=1)
def regions_json() -> tuple[bytes, str]:
    """The whole tree as the phone gets it, and the ETag of that text."""
    text = _FILE.read_bytes()
    return text, f'"{sha256(text).hexdigest()[:32]}"'


@lru_cache(maxsize=1)
def _by_code() -> dict[str, Region]:
    return {
        district["code"]: Region(district["code"], province["name"], city["name"], district["name"])
        for province in json.loads(regions_json()[0])
        for city in province["children"]
        for district in city["children"]
    }


@lru_cache(maxsize=1)
def _by_names() -> dict[tuple[str, str, str], Region]:
    return {(region.province, region.city, region.district): region for region in _by_code().values()}


def region_of(*, code: str = "", province: str = "", city: str = "", district: str = "") -> Region | None:
    """The district with this code, or without a code the one with these names; None when there is none."""
    if code:
        return _by_code().get(code)
    return _by_names().get((province.strip(), city.strip(), district.strip()))
