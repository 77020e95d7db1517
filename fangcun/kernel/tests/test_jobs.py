"""Jobs: there if and only if the change is, run again after a crash, never run twice at once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from django.utils import timezone

from fangcun.kernel import jobs
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.errors import GatewayError
from fangcun.kernel.jobs import LEASE, claim, drain, keep_leases, perform, retry, task
from fangcun.kernel.models import Job

pytestmark = pytest.mark.django_db

ran: list[int] = []


@task()
def note(*, number: int) -> None:
    ran.append(number)


@task()
def stumble(*, permanent: bool) -> None:
    raise GatewayError("down", permanent=permanent)


@pytest.fixture(autouse=True)
def _fresh():
    ran.clear()


def test_a_job_of_a_rolled_back_change_does_not_exist():
    with transaction.atomic():
        note.enqueue(number=1)
        transaction.set_rollback(True)
    assert (drain(), ran) == (0, [])


def test_a_job_runs_once_and_is_gone():
    note.enqueue(number=1)
    assert (drain(), drain(), ran) == (1, 0, [1])
    assert Job.objects.count() == 0


def test_a_job_of_a_worker_that_died_is_run_by_another():
    note.enqueue(number=1)
    assert len(claim()) == 1  # and its process is killed
    assert claim() == []
    Job.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert (drain(), ran) == (1, [1])


def test_a_long_job_keeps_its_lease_while_its_worker_lives(monkeypatch):
    note.enqueue(number=1)
    (job,) = claim()
    soon = timezone.now() + dt.timedelta(seconds=1)
    Job.objects.update(lease_until=soon)
    keep_leases()
    assert Job.objects.get().lease_until == soon
    monkeypatch.setattr("fangcun.kernel.jobs.HELD", {job.lease_id})
    keep_leases()
    until = Job.objects.get().lease_until
    assert until is not None
    assert until > timezone.now() + LEASE / 2


def test_a_worker_that_lost_its_lease_does_not_settle_the_job():
    note.enqueue(number=1)
    (late,) = claim()
    Job.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    (current,) = claim()
    perform(late)
    assert Job.objects.get().lease_id == current.lease_id


def test_a_failure_backs_off_and_a_permanent_one_is_a_dead_letter():
    stumble.enqueue(permanent=False)
    before = timezone.now()
    drain()
    job = Job.objects.get()
    assert (job.attempts, job.dead, "down" in job.error) == (1, False, True)
    assert job.run_at >= before + dt.timedelta(seconds=2)
    Job.objects.update(kwargs={"permanent": True}, run_at=before)
    drain()
    assert Job.objects.get().dead
    assert drain() == 0


def test_a_dead_job_gets_another_dozen_tries_from_a_person():
    stumble.enqueue(permanent=True)
    drain()
    retry(Job.objects.get(), by=SYSTEM)
    job = Job.objects.get()
    assert (job.dead, job.attempts) == (False, 0)


def test_the_twelfth_failure_is_the_last():
    stumble.enqueue(permanent=False)
    for _ in range(jobs.MAX_ATTEMPTS):
        Job.objects.update(run_at=timezone.now())
        drain()
    assert Job.objects.get().dead


def test_periodic_work_comes_again(monkeypatch):
    path = f"{__name__}.tick"
    monkeypatch.setitem(jobs.PERIODS, path, dt.timedelta(seconds=30))
    Job.objects.create(task=path, key=f"every:{path}")
    (job,) = claim()
    assert perform(job)
    assert Job.objects.get().run_at > timezone.now() + dt.timedelta(seconds=25)
    assert ran == [0]


def tick() -> None:
    ran.append(0)
