"""Background work of customer service."""

from fangcun.grow.conversations.delivering import deliver
from fangcun.grow.conversations.pictures import fetch
from fangcun.kernel.jobs import task


@task()
def send_answers(*, conversation_id: int) -> None:
    """Send what waits in one conversation, in order; what is settled already stays as it is."""
    deliver(conversation_id)


@task()
def fetch_picture(*, entry_id: int) -> None:
    """Fetch the picture of a customer's message from WeChat and keep it."""
    fetch(entry_id)
