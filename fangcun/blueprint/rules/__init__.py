"""The rules of a plan, a small named function for each. Importing this package registers them all."""

from fangcun.blueprint.rules import goals, pages, references, scenarios, schedule
from fangcun.blueprint.rules.rule import RULES

__all__ = ["RULES", "goals", "pages", "references", "scenarios", "schedule"]
