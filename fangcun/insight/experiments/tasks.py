"""Background work of experiments."""

from __future__ import annotations

from fangcun.insight.experiments.models import Entrant, Experiment
from fangcun.insight.segments.errors import SegmentUnknown
from fangcun.insight.segments.queries import persons_of
from fangcun.kernel.jobs import every, task

CHUNK = 5_000


@task()
def find_entrants(*, experiment_id: int) -> None:
    """Let in everybody who is in the experiment's segment now; a second run changes nothing.

    Nobody is put out again: who has bought something is no longer "never bought", and keeps what he sees.
    """
    experiment = Experiment.objects.serving().filter(pk=experiment_id, segment_id__isnull=False).first()
    if experiment is None or experiment.segment_id is None:
        return
    try:
        found = persons_of(experiment.segment_id)
    except SegmentUnknown:  # deleted since; those who are in stay
        return
    known = set(Entrant.objects.filter(experiment=experiment).values_list("person", flat=True))
    new = [person for person in found if person not in known]
    for at in range(0, len(new), CHUNK):
        Entrant.objects.bulk_create(
            (Entrant(experiment=experiment, person=person) for person in new[at : at + CHUNK]),
            ignore_conflicts=True,
        )


@every(seconds=600)
def find_all_entrants() -> None:
    """Look for newcomers of every segment that an experiment is limited to."""
    limited = Experiment.objects.serving().filter(segment_id__isnull=False)
    for experiment_id in limited.values_list("id", flat=True):
        find_entrants.enqueue(experiment_id=experiment_id)
