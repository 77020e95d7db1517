"""`fangcun release`: each module adds its commands."""

from fangcun.doors.cli.release import outcomes, rolling
from fangcun.doors.cli.release.commands import app

__all__ = ["app", "outcomes", "rolling"]
