"""The verbs of the schedule: what happened to stages, what was accepted, what checks said, what went wrong."""

from fangcun.plan.schedule.services.accepting import record_check, tick, untick
from fangcun.plan.schedule.services.auditing import record_audit
from fangcun.plan.schedule.services.conditions import end_condition, report_condition
from fangcun.plan.schedule.services.stages import finish_stage, reopen_stage, report_percent, start_stage

__all__ = [
    "end_condition",
    "finish_stage",
    "record_audit",
    "record_check",
    "reopen_stage",
    "report_condition",
    "report_percent",
    "start_stage",
    "tick",
    "untick",
]
