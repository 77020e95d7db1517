"""The flags door."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from fangcun.build.flags.services import FlagSpec, create_flag
from fangcun.build.rollout.services import start_rollout, turn_back
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def get(client, tmp_path, settings):
    settings.FANGCUN_HOME = tmp_path
    Program.objects.create(appid="wx1", name="青禾鲜")
    return lambda **headers: client.get("/api/v1/flags", headers={"X-Program": "wx1", **headers})


def test_a_phone_is_told_again_and_again_at_no_statement(get, django_assert_num_queries):
    create_flag(FlagSpec("home_flash", "首页秒杀条", is_on=True), by=SYSTEM)
    assert get().json() == {"flags": {"home_flash": True}, "cohort": ""}
    with django_assert_num_queries(0):
        assert get(**{"X-Device": "phone-1"}).json() == {"flags": {"home_flash": True}, "cohort": ""}


def test_the_version_counts(get):
    create_flag(FlagSpec("new", "新", is_on=True, min_version="1.2.0"), by=SYSTEM)
    said = {
        version: get(**{"X-Version": version}).json()["flags"]["new"] for version in ("1.2.0", "1.1", "1;")
    }
    assert said == {"1.2.0": True, "1.1": False, "1;": False}


def test_some_phones_are_in(get):
    create_flag(FlagSpec("new", "新", is_on=True, percent=50), by=SYSTEM)
    told = [get(**{"X-Device": f"phone-{n}"}).json()["flags"]["new"] for n in range(20)]
    assert set(told) == {True, False}
    assert get().json()["flags"]["new"] is False


def test_a_token_that_is_no_good_counts_as_none(get):
    assert get(Authorization="Bearer nobody").json() == {"flags": {}, "cohort": ""}


def test_an_unknown_program_is_refused(get):
    assert get(**{"X-Program": "nobody"}).json()["code"] == "program_unknown"
    assert get(**{"X-Device": "x" * 65}).status_code == 422


def test_a_feature_that_is_rolled_out_within_a_version_is_told_to_whom_it_is_on_for(get):
    flag = create_flag(FlagSpec("new_checkout", "新结算页"), by=SYSTEM)
    program = Program.objects.get()
    rollout = start_rollout(
        program_id=program.pk, version="1.2.0", against="1.2.0", steps=[50, 100], flag=flag, by=SYSTEM
    )
    assert (rollout.version, rollout.against) == ("1.2.0+new-checkout", "1.2.0")
    told = [get(**{"X-Device": f"phone-{n}"}).json() for n in range(20)]
    assert {(one["flags"]["new_checkout"], one["cohort"]) for one in told} == {
        (True, "new-checkout"),
        (False, ""),
    }
    turn_back(rollout, because="报错", by=SYSTEM)
    cache.clear()
    assert get(**{"X-Device": "phone-1"}).json() == {"flags": {"new_checkout": False}, "cohort": ""}
