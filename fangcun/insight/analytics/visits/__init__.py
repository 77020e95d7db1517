"""Visits, where they come from, and the names of WeChat's scenes."""

from fangcun.insight.analytics.visits.question import PageRow, VisitsAnswer, VisitsDay, VisitsQuestion

__all__ = ["PageRow", "VisitsAnswer", "VisitsDay", "VisitsQuestion"]
