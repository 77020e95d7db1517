"""What WeChat's message push tells: customers who write, what became of consents and messages, how audits ended.

Every field is a fact that WeChat signed. `openid` is whoever it is about: he need not be a member. `at` is
WeChat's own time as ISO 8601. News comes once for each push, however often WeChat repeats it.
"""

from __future__ import annotations

from dataclasses import dataclass

from fangcun.kernel.events import Event


@dataclass(frozen=True)
class PushNews(Event):
    """What all pushes have: the program, the person, when, and a key that no other push of the program has."""

    program_id: int
    openid: str
    at: str
    key: str


@dataclass(frozen=True)
class CustomerWrote(PushNews):
    """A customer sent something to customer service.

    `kind` is text, image, miniprogrampage, or WeChat's word for what we can't show. A picture is fetched by
    `media_id`; a card has `title` and `page` (with its query).
    """

    kind: str
    text: str = ""
    media_id: str = ""
    title: str = ""
    page: str = ""


@dataclass(frozen=True)
class CustomerEntered(PushNews):
    """A customer opened customer service; `session_from` is what the contact button says of where."""

    session_from: str = ""


@dataclass(frozen=True)
class SubscribeAnswered(PushNews):
    """A customer answered the dialog of `template_id`: `answer` is accept or reject.

    One for each template of a dialog.
    """

    template_id: str
    answer: str


@dataclass(frozen=True)
class SubscribeChanged(PushNews):
    """A customer changed his mind about `template_id` in WeChat's own settings: `answer` is accept or reject."""

    template_id: str
    answer: str


@dataclass(frozen=True)
class SubscribeSent(PushNews):
    """How the delivery of message `msgid` to `template_id` ended; `error_code` is "0" when it arrived.

    `error_status` is WeChat's word for it: success, reject, or why not.
    """

    template_id: str
    msgid: str
    error_code: str
    error_status: str = ""


@dataclass(frozen=True)
class AuditEnded(PushNews):
    """How WeChat's audit of the program's submitted version stands: `result` is success, fail or delay.

    `reason` is HTML as the auditor wrote it, `screenshots` media ids with a bar between. `openid` is WeChat's own.
    """

    result: str
    reason: str = ""
    screenshots: str = ""
