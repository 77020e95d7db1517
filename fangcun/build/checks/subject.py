"""What a rule looks at: the package, its facts, the plan, and what the enterprise has told WeChat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path

from fangcun.blueprint.document import Blueprint
from fangcun.build.checks.package import Facts, Package, read_facts
from fangcun.build.checks.package.ways import Ways


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What was filled in at WeChat. None, or nothing in it, means that nobody told: rules then do not guess.

    `privacy`: capabilities of the blueprint (address, phone…), or privacy_key words of WeChat (Clipboard…);
    `domains`: hosts of the four lists together; `ugc_reviewed`: content of users is looked at before it shows;
    `shipping`: delivery is reported to WeChat by the server; `location`: a feature needs the user's place;
    `plugin_bytes`: sizes of plugins by app id; `environment`: develop, trial or release.
    """

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
    plugin_bytes: tuple[tuple[str, int], ...] = ()
    environment: str = ""


NOTHING = Declared()


@dataclass(frozen=True)
class Subject:
    """One package under inspection."""

    package: Package
    facts: Facts
    blueprint: Blueprint | None
    declared: Declared

    @cached_property
    def ways(self) -> Ways:
        """Which pages lead to which."""
        return Ways(self.package)

    @property
    def planned_privacy_only(self) -> bool:
        """Whether purposes are known from a plan alone, which has words for some kinds of data only."""
        return self.blueprint is not None and self.declared.privacy == declared_by(self.blueprint).privacy

    def unused(self, file: str) -> bool:
        """Whether nothing in the package needs this script, template or sheet."""
        return file not in self.package.used


def subject_of(
    package: Path,
    *,
    blueprint: Blueprint | None = None,
    declared: Declared | None = None,
    compiled: bool = True,
) -> Subject:
    """Read one package. What is declared goes before what the plan says. Raises PackageUnreadable."""
    return subjects_of([package], blueprint=blueprint, declared=declared, compiled=compiled)[0]


def subjects_of(
    packages: Sequence[Path],
    *,
    blueprint: Blueprint | None = None,
    declared: Declared | None = None,
    compiled: bool = False,
) -> list[Subject]:
    """Read several packages with one start of the reader. Raises PackageUnreadable."""
    known = merged(declared_by(blueprint), declared) if blueprint else declared or NOTHING
    return [
        Subject(Package(root, facts), facts, blueprint, known)
        for root, facts in read_facts(packages, compiled=compiled)
    ]


def declared_by(blueprint: Blueprint) -> Declared:
    """What a plan says will be filled in at the launch."""
    launch = blueprint.launch
    reviews = [one.review for one in blueprint.content.ugc]
    return Declared(
        privacy=frozenset(launch.privacy),
        categories=launch.categories,
        qualifications=tuple(
            word
            for paper in blueprint.qualifications
            if paper.status != "missing"
            for word in (paper.name, *paper.covers)
        ),
        order_path=launch.order_path.strip("/"),
        ugc=launch.content_declaration.ugc if launch.content_declaration else None,
        ugc_reviewed=all(one and (one.machine or one.human) for one in reviews) if reviews else None,
        location=any("location" in page.uses for page in blueprint.pages.values()),
    )


def merged(first: Declared, second: Declared | None) -> Declared:
    """The first, with everything that the second knows."""
    if second is None:
        return first
    told = {one.name: getattr(second, one.name) for one in fields(Declared)}
    return replace(first, **{name: value for name, value in told.items() if value not in (None, (), "")})
