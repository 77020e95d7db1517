"""Money, secrets, errors and the audit log."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.audit import record
from fangcun.kernel.errors import DomainError
from fangcun.kernel.models import AuditEntry
from fangcun.kernel.money import fen, yuan
from fangcun.kernel.secrets import decrypt, encrypt, key_file


@given(st.integers(-(10**12), 10**12))
def test_fen_survive_being_written_and_read(amount):
    assert fen(yuan(amount)) == amount


@pytest.mark.parametrize("text", ["", "abc", "1.234", "NaN", "Infinity", "1e999"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValueError, match=text[:3] or "^$"):
        fen(text)


def test_a_refusal_names_its_details_and_survives_hostile_ones():
    class Short(DomainError):
        message = "只剩 {stock} 件"

    assert str(Short(stock=3)) == "只剩 3 件"
    assert str(Short(other="{stock}")) == "只剩 {stock} 件"


def test_a_secret_is_unreadable_at_rest():
    sealed = encrypt("密钥")
    assert "密钥" not in sealed
    assert decrypt(sealed) == "密钥"


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path):
    path = tmp_path / "keys" / "one"
    assert key_file(path, lambda: "first") == key_file(path, lambda: "second") == "first"
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db
def test_the_audit_log_keeps_what_changed_and_is_never_changed():
    entry = record(
        "x.y", by=Actor.staff(3, "店员", "10.0.0.1"), before={"a": 1, "b": 2}, after={"a": 1, "b": 3}
    )
    assert (entry.before, entry.after, entry.ip) == ({"b": 2}, {"b": 3}, "10.0.0.1")
    entry.note = "x"
    with pytest.raises(TypeError):
        entry.save()
    record("x.z", by=SYSTEM)
    assert AuditEntry.objects.count() == 2
