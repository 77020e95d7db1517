"""What follows when a customer writes to service, or opens the conversation."""

from __future__ import annotations

import datetime as dt

from fangcun.grow.conversations.services import receive_entry, receive_message
from fangcun.identity.programs.events import CustomerEntered, CustomerWrote
from fangcun.kernel.events import listens


@listens(CustomerWrote)
def keep_what_he_wrote(event: CustomerWrote) -> None:
    receive_message(
        program_id=event.program_id,
        openid=event.openid,
        key=event.key,
        kind=event.kind,
        at=dt.datetime.fromisoformat(event.at),
        text=event.text,
        media_id=event.media_id,
        title=event.title,
        page=event.page,
    )


@listens(CustomerEntered)
def welcome_him(event: CustomerEntered) -> None:
    receive_entry(
        program_id=event.program_id,
        openid=event.openid,
        key=event.key,
        session_from=event.session_from,
    )
