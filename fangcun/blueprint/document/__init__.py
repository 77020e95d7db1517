"""The model of a whole blueprint. Attribute names are the keys of the document; lists are tuples.

The classes are the one description of the format: the reader, the JSON Schema in `contracts/` and the console's
forms are made from them. A field without a default is a key that must be there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from fangcun.blueprint.document.kinds import Closed, Color, Id, PackageName, PagePath, PropertyType, Words
from fangcun.blueprint.document.purpose import (
    Competitor,
    Competitors,
    ConversionMetric,
    CountMetric,
    Criterion,
    Enterprise,
    Evidence,
    Feature,
    Goal,
    Metric,
    Opening,
    Pain,
    PersonsMetric,
    Program,
    RatioMetric,
    RepeatMetric,
    RetentionMetric,
    SumMetric,
)
from fangcun.blueprint.document.use import (
    Branch,
    Content,
    Message,
    Navigation,
    Page,
    Review,
    Scenario,
    Step,
    Ugc,
    Video,
)
from fangcun.blueprint.document.work import (
    Acceptance,
    Brand,
    Budgets,
    Contingency,
    Declaration,
    Launch,
    Member,
    Qualification,
    Schedule,
    Stage,
    Team,
)

__all__ = [
    "Acceptance",
    "Blueprint",
    "Branch",
    "Brand",
    "Budgets",
    "Closed",
    "Color",
    "Competitor",
    "Competitors",
    "Content",
    "Contingency",
    "ConversionMetric",
    "CountMetric",
    "Criterion",
    "Declaration",
    "Enterprise",
    "Evidence",
    "Feature",
    "Goal",
    "Id",
    "Launch",
    "Member",
    "Message",
    "Metric",
    "Navigation",
    "Opening",
    "PackageName",
    "Page",
    "PagePath",
    "Pain",
    "PersonsMetric",
    "Program",
    "PropertyType",
    "Qualification",
    "RatioMetric",
    "RepeatMetric",
    "RetentionMetric",
    "Review",
    "Scenario",
    "Schedule",
    "Stage",
    "Step",
    "SumMetric",
    "Team",
    "Ugc",
    "Video",
    "Words",
    "json_schema",
]


@dataclass(frozen=True, kw_only=True)
class Blueprint(Closed):
    """The whole document, version 1."""

    blueprint: Literal[1]
    enterprise: Enterprise
    programs: tuple[Program, ...]
    goals: tuple[Goal, ...]
    features: tuple[Feature, ...]
    pages: dict[Id, Page]
    navigation: Navigation
    scenarios: tuple[Scenario, ...]
    team: Team
    schedule: Schedule
    launch: Launch
    competitors: Competitors = field(default_factory=Competitors)
    content: Content = field(default_factory=Content)
    contingencies: tuple[Contingency, ...] = ()
    qualifications: tuple[Qualification, ...] = ()
    brand: Brand | None = None
    budgets: Budgets = field(default_factory=Budgets)


class _Written(GenerateJsonSchema):
    """A key is left out rather than empty; the titles that repeat its name are left out too."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def nullable_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> dict[str, Any]:
        if schema.get("default", 0) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def dict_schema(self, schema: Any) -> dict[str, Any]:
        made = super().dict_schema(schema)
        return {**made, "additionalProperties": False} if "patternProperties" in made else made


def json_schema() -> dict[str, Any]:
    """The format as a JSON Schema (2020-12), for editors that complete and check while one types."""
    schema = TypeAdapter(Blueprint).json_schema(schema_generator=_Written)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Fangcun blueprint, version 1",
    }
