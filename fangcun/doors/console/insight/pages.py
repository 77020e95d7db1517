"""Which pages of the numbers there are."""

from __future__ import annotations

from fangcun.doors.console.insight.activity import ACTIVITY
from fangcun.doors.console.insight.funnel import FUNNEL
from fangcun.doors.console.insight.page import QuestionPage
from fangcun.doors.console.insight.paths import PATHS
from fangcun.doors.console.insight.retention import RETENTION
from fangcun.doors.console.insight.rfm import RFM
from fangcun.doors.console.insight.sharing import SHARING
from fangcun.doors.console.insight.sources import SOURCES
from fangcun.doors.console.insight.visits import VISITS

PAGES: tuple[QuestionPage, ...] = (FUNNEL, RETENTION, ACTIVITY, VISITS, SOURCES, PATHS, SHARING, RFM)
