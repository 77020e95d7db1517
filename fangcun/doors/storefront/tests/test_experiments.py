"""The experiments door."""

from __future__ import annotations

import pytest

from fangcun.identity.programs.models import Program
from fangcun.insight.experiments.services import draft_experiment, start_experiment, stop_experiment
from fangcun.insight.experiments.tests.plans import spec
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(databases="__all__", transaction=False)


@pytest.fixture
def get(client, tmp_path, settings):
    settings.FANGCUN_HOME = tmp_path
    Program.objects.create(appid="wx1", name="青禾鲜")

    def get(device: str = "phone-1", **headers: str):
        return client.get("/api/v1/experiments", headers={"X-Program": "wx1", "X-Device": device, **headers})

    return get


def test_a_phone_is_told_the_same_variant_again_and_again_at_no_statement(
    get, django_assert_num_queries, django_capture_on_commit_callbacks
):
    start_experiment(experiment=draft_experiment(spec=spec(), by=SYSTEM), by=SYSTEM)
    first = get().json()
    assert first["assignments"]["layout"] in ("control", "b")
    with django_assert_num_queries(0):
        assert get(Authorization="").json() == first
    assert {get(f"phone-{n}").json()["assignments"]["layout"] for n in range(20)} == {"control", "b"}


def test_drafts_are_not_told_and_what_was_decided_for_stays(get, django_capture_on_commit_callbacks):
    experiment = draft_experiment(spec=spec(), by=SYSTEM)
    assert get().json() == {"assignments": {}}
    with django_capture_on_commit_callbacks(execute=True):
        start_experiment(experiment=experiment, by=SYSTEM)
        stop_experiment(experiment=experiment, ship="b", because="更好", by=SYSTEM)
    assert {get(f"phone-{n}").json()["assignments"]["layout"] for n in range(9)} == {"b"}


@pytest.mark.parametrize("device", ["", "x" * 65, "a b"])
def test_a_phone_without_a_sound_id_is_refused(get, device):
    assert get(device).status_code == 422


def test_an_unknown_program_is_refused(get):
    assert get(**{"X-Program": "nobody"}).json()["code"] == "program_unknown"
