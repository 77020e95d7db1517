"""What a request cost is told to a load test, and to nobody else."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory

from fangcun.doors.diagnostics import HEADER, Diagnostics
from fangcun.identity.members.models import Member


def told(door, path="/api/v1/home"):
    answer = Diagnostics(door)(RequestFactory().get(path))
    return json.loads(base64.b64decode(answer.headers[HEADER])) if HEADER in answer.headers else None


def slowed(request):
    threading.Event().wait(0.15)  # the slow door
    return HttpResponse()


@pytest.mark.django_db(transaction=True)
def test_statements_are_counted_and_the_repeated_one_is_named():
    def door(request):
        for number in range(7):
            Member.objects.filter(pk=number).first()
        return HttpResponse(Member.objects.count())

    found = told(door)
    assert found["n"] == 8
    assert found["most"][1] == 7
    assert 'FROM "members_member" WHERE "members_member"."id" = %s' in found["most"][0]
    assert found["slow"][1] > 0
    assert found["db"] <= found["wall"]


@pytest.mark.django_db(transaction=True)
def test_how_long_the_write_lock_was_held_is_told():
    def door(request):
        with transaction.atomic():
            Member.objects.create(nickname="小方")
            return slowed(request)

    found = told(door)
    if "BEGIN" in found["slow"][0]:
        pytest.fail("to begin is no statement")
    assert found["n"] == 1
    from django.db import connection

    if connection.vendor == "sqlite":
        assert found["hold"] == found["longest"] >= 150
        assert found["held"][1].endswith("slowed")


def test_the_line_a_slow_door_stands_in_is_named():
    found = told(slowed)
    assert found["wall"] >= 150
    assert found["cpu"] < 100
    place, function, text, times = found["where"]
    assert place.startswith("fangcun/doors/storefront/tests/test_diagnostics.py:")
    assert (function, text) == ("slowed", "threading.Event().wait(0.15)  # the slow door")
    assert times >= 1


def test_pages_tell_nothing():
    assert told(lambda request: HttpResponse(), "/console/") is None


@pytest.mark.parametrize(("production", "code"), [("", 0), ("1", 1)])
def test_production_refuses_to_tell(production, code, tmp_path):
    environment = {**os.environ, "FANGCUN_DIAGNOSTICS": "1", "FANGCUN_HOME": str(tmp_path)}
    environment |= {"FANGCUN_PRODUCTION": production, "FANGCUN_SECRET_KEY": "x" * 60} if production else {}
    environment |= {
        "FANGCUN_PUBLIC_URL": "https://shop.example.com",
        "DJANGO_SETTINGS_MODULE": "fangcun.settings",
    }
    if production:
        from cryptography.fernet import Fernet

        environment["FANGCUN_FIELD_KEY"] = Fernet.generate_key().decode()
    ended = subprocess.run(
        [sys.executable, "-c", "from django.conf import settings; print(settings.MIDDLEWARE[0])"],
        env=environment, capture_output=True, text=True, timeout=60, cwd="/",
    )  # fmt: skip
    assert ended.returncode == code
    assert ("Diagnostics" in ended.stdout) is (code == 0)
    assert ("FANGCUN_DIAGNOSTICS is for load tests" in ended.stderr) is (code == 1)
