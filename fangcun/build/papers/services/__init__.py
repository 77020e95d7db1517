"""The only writers of papers, permissions, environments and self-tests."""

from fangcun.build.papers.calls import note_refused
from fangcun.build.papers.reminders import remind, settle_reminder
from fangcun.build.papers.services.environments import save_environment, set_upload_key
from fangcun.build.papers.services.files import attach_file, download_file, remove_file
from fangcun.build.papers.services.papers import adopt_plan, save_paper
from fangcun.build.papers.services.testing import probe_permissions, run_self_test, start_self_test
from fangcun.build.papers.services.words import confirm, say_permission, withdraw

__all__ = [
    "adopt_plan",
    "attach_file",
    "confirm",
    "download_file",
    "note_refused",
    "probe_permissions",
    "remind",
    "remove_file",
    "run_self_test",
    "save_environment",
    "save_paper",
    "say_permission",
    "set_upload_key",
    "settle_reminder",
    "start_self_test",
    "withdraw",
]
