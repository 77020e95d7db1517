"""What every refusal looks like."""

from __future__ import annotations

from typing import Any


def refusal(answer: Any) -> dict[str, Any]:
    """The body of a refusal, which is JSON with exactly {code, message, details} and never a 5xx."""
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.content[:500])
    assert answer.headers["Content-Type"].startswith("application/json"), answer.headers
    body = answer.json()
    assert set(body) == {"code", "message", "details"}, body
    assert body["code"], body
    assert body["message"], body
    assert isinstance(body["details"], dict), body
    return dict(body)
