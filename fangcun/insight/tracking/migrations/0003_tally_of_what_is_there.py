import datetime as dt
import json

from django.db import migrations
from django.utils import timezone

CHUNK = 1_000


def fill(apps, schema_editor):
    """Count the events that are there already into the tally of their days."""
    alias = schema_editor.connection.alias
    batches = apps.get_model("tracking", "Batch").objects.using(alias)
    zone = timezone.get_default_timezone()
    found = {}
    for payload in batches.order_by("id").values_list("payload", flat=True).iterator(CHUNK):
        for event in json.loads(payload):
            ts = event["ts"]
            key = event["name"], dt.datetime.fromtimestamp(ts / 1000, zone).date()
            number, last = found.get(key, (0, ts))
            found[key] = (number + 1, max(last, ts))
    tallies = apps.get_model("tracking", "EventTally")
    tallies.objects.using(alias).bulk_create(
        (
            tallies(name=name, day=day, lane=0, count=number, last_ts=last)
            for (name, day), (number, last) in sorted(found.items())
        ),
        batch_size=CHUNK,
    )


class Migration(migrations.Migration):

    dependencies = [
        ("tracking", "0002_plan_quarantine_tally"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
