"""Background work of links."""

from fangcun.grow.links.drawing import draw_some
from fangcun.kernel.jobs import task


@task()
def draw_batch(*, batch_id: int) -> None:
    """Draw the next codes of a batch, and arrange for the rest; those that are drawn stay as they are."""
    later = draw_some(batch_id)
    if later is not None:
        draw_batch.using(run_after=later).enqueue(batch_id=batch_id)
