"""What counts: an engine over everything that has happened, for the time of one question."""

from fangcun.insight.analytics.engines.dialect import Dialect, DuckDialect
from fangcun.insight.analytics.engines.engine import Engine, opened

__all__ = ["Dialect", "DuckDialect", "Engine", "opened"]
