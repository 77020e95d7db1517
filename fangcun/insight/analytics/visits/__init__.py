"""Visits, where they come from, and the names of WeChat's scenes."""

from fangcun.insight.analytics.visits.question import PageRow, VisitsAnswer, VisitsDay, VisitsQuestion
from fangcun.insight.analytics.visits.scenes import SCENES, scene_name
from fangcun.insight.analytics.visits.sources import SourceRow, SourcesAnswer, SourcesQuestion

__all__ = [
    "SCENES",
    "PageRow",
    "SourceRow",
    "SourcesAnswer",
    "SourcesQuestion",
    "VisitsAnswer",
    "VisitsDay",
    "VisitsQuestion",
    "scene_name",
]
