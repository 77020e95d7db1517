"""`fangcun release`: each module adds its commands."""

from fangcun.doors.cli.release import kit, outcomes, rolling
from fangcun.doors.cli.release.commands import app

__all__ = ["app", "kit", "outcomes", "rolling"]
