"""The verbs of a release: begin, check, upload, submit, roll out, take back; and the errands at WeChat."""

from fangcun.build.release.services.auditing import (
    record_verdict,
    reopen_item,
    settle_item,
    speed_up,
    submit,
    withdraw,
)
from fangcun.build.release.services.errands import cancel, confirm, try_again
from fangcun.build.release.services.preparing import (
    abandon,
    change_texts,
    check_release,
    new_release,
    next_attempt,
)
from fangcun.build.release.services.reviewing import close_pass, open_pass
from fangcun.build.release.services.rolling import go, hold, revert, step
from fangcun.build.release.services.sending import declare_privacy, note_privacy, upload

__all__ = [
    "abandon",
    "cancel",
    "change_texts",
    "check_release",
    "close_pass",
    "confirm",
    "declare_privacy",
    "go",
    "hold",
    "new_release",
    "next_attempt",
    "note_privacy",
    "open_pass",
    "record_verdict",
    "reopen_item",
    "revert",
    "settle_item",
    "speed_up",
    "step",
    "submit",
    "try_again",
    "upload",
    "withdraw",
]
