"""The tables of papers, permissions, environments and self-tests."""

from fangcun.build.papers.models.environments import Environment, RefusedCall, SelfTest, UploadKey
from fangcun.build.papers.models.papers import Paper, PaperFile, Reminder
from fangcun.build.papers.models.words import ChecklistWord, InterfacePermission

__all__ = [
    "ChecklistWord",
    "Environment",
    "InterfacePermission",
    "Paper",
    "PaperFile",
    "RefusedCall",
    "Reminder",
    "SelfTest",
    "UploadKey",
]
