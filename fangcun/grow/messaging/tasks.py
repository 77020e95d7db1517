"""Background work of messaging."""

from fangcun.grow.messaging.delivering import deliver
from fangcun.grow.messaging.text_delivering import deliver_text
from fangcun.kernel.jobs import task


@task()
def send_delivery(*, delivery_id: int) -> None:
    """Send one message through WeChat, at the time it may go; what is settled already stays as it is."""
    if (later := deliver(delivery_id)) is not None:
        send_delivery.using(run_after=later).enqueue(delivery_id=delivery_id)


@task()
def send_text(*, text_id: int) -> None:
    """Send one text through the provider, at the time it may go; what is settled already stays as it is."""
    if (later := deliver_text(text_id)) is not None:
        send_text.using(run_after=later).enqueue(text_id=text_id)
