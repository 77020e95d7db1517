"""Background work of messaging."""

from fangcun.grow.messaging.delivering import deliver
from fangcun.kernel.jobs import task


@task()
def send_delivery(*, delivery_id: int) -> None:
    """Send one message through WeChat; what is settled already stays as it is."""
    deliver(delivery_id)
