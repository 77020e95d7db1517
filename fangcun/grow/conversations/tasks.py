"""Background work of customer service."""

from fangcun.grow.conversations.delivering import deliver, type_to
from fangcun.grow.conversations.pictures import fetch
from fangcun.kernel.jobs import task


@task()
def send_answers(*, conversation_id: int) -> None:
    """Send what waits in one conversation, in order; what is settled already stays as it is."""
    deliver(conversation_id)


@task()
def tell_typing(*, conversation_id: int) -> None:
    """Show the customer that somebody is typing; it is of no use later, so it is tried once."""
    type_to(conversation_id)


@task()
def fetch_picture(*, entry_id: int) -> None:
    """Fetch the picture of a customer's message from WeChat and keep it."""
    fetch(entry_id)
