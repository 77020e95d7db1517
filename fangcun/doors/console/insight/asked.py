"""What an address asks, as it was written, whether or not it makes a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from django.http import HttpRequest

# What travels along in the address of an answer but is no part of the question.
ASIDE = ("ticket", "tile")


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of an address, in their order."""

    params: Mapping[str, Sequence[str]]

    def one(self, name: str, default: str = "") -> str:
        """The last value of a parameter, without spaces around it."""
        values = self.params.get(name) or [default]
        return values[-1].strip()

    def all(self, name: str) -> list[str]:
        """Every value of a repeated parameter, without spaces around them."""
        return [value.strip() for value in self.params.get(name, ())]

    @property
    def query(self) -> str:
        """The address again; of what is repeated, empty values keep their places."""
        return urlencode(
            [
                (name, value)
                for name, values in self.params.items()
                for value in values
                if value or len(values) > 1
            ]
        )


def asked(request: HttpRequest) -> Asked:
    """What the address asks. A number of days given by the form goes before dates left in it."""
    return _clean({name: request.GET.getlist(name) for name in request.GET})


def asked_by(query: str) -> Asked:
    """What a saved address asks."""
    return _clean(parse_qs(query, keep_blank_values=True))


def _clean(params: dict[str, list[str]]) -> Asked:
    kept = {name: [value.replace("\0", "") for value in values] for name, values in params.items()}
    for name in ASIDE:
        kept.pop(name, None)
    if any(kept.get("days", ())):
        kept.pop("from", None)
        kept.pop("to", None)
    return Asked(kept)
