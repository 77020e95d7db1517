"""On SQLite, events live in a file of their own."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

APP = "tracking"


class EventsRouter:
    """Sends the tables of this room to the database `events`, everything else to `default`."""

    def db_for_read(self, model: type[Model], **_: Any) -> str | None:
        return "events" if model._meta.app_label == APP else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool:
        return (app_label == APP) == (db == "events")
