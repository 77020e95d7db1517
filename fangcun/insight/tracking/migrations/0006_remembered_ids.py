"""Remembered ids become numbers: a tenth of the room, and one place on the disk for each batch."""

# ruff: noqa: S608 - table names are our own

import datetime as dt

from django.db import migrations, models

from fangcun.insight.tracking.remembering import key_of

CHUNK = 5_000
ZERO = dt.date(1970, 1, 1)


def convert(apps, schema_editor):
    connection = schema_editor.connection
    quote = connection.ops.quote_name
    table, old = quote("tracking_seen"), quote("tracking_seen_texts")
    rowid = " WITHOUT ROWID" if connection.vendor == "sqlite" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {old}")
        cursor.execute(
            f"CREATE TABLE {table} (source bigint NOT NULL, {quote('key')} bigint NOT NULL, day integer NOT NULL,"
            f" PRIMARY KEY (source, {quote('key')})){rowid}"
        )
        last = 0
        while True:
            cursor.execute(
                f"SELECT id, source, event_id, seen_on FROM {old} WHERE id > %s ORDER BY id LIMIT %s",
                [last, CHUNK],
            )
            rows = cursor.fetchall()
            if not rows:
                break
            last = rows[-1][0]
            values = []
            for _, source, event_id, seen_on in rows:
                date = seen_on if isinstance(seen_on, dt.date) else dt.date.fromisoformat(str(seen_on)[:10])
                values.append((source, key_of(event_id), (date - ZERO).days))
            cursor.executemany(
                f"INSERT INTO {table} (source, {quote('key')}, day) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                values,
            )
        cursor.execute(f"DROP TABLE {old}")


class Migration(migrations.Migration):
    dependencies = [("tracking", "0005_imported_files")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(convert, migrations.RunPython.noop, elidable=False)],
            state_operations=[
                migrations.DeleteModel("Seen"),
                migrations.CreateModel(
                    name="Seen",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "source", "key", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("source", models.BigIntegerField()),
                        ("key", models.BigIntegerField()),
                        ("day", models.IntegerField()),
                    ],
                    options={"verbose_name": "已计事件", "verbose_name_plural": "已计事件"},
                ),
            ],
        ),
    ]
