"""Hot rows lose the index of their phones. Only it: a table made anew would give its ids away again."""

import django.db.models.deletion
from django.db import migrations, models


def drop(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "tracking_batch")
    for name, one in found.items():
        if one["index"] and one["columns"] == ["device_id"]:
            schema_editor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")


class Migration(migrations.Migration):
    dependencies = [("tracking", "0007_erased_phones")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop, migrations.RunPython.noop, elidable=False)],
            state_operations=[
                migrations.AlterField(
                    model_name="batch",
                    name="device",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.device",
                        verbose_name="设备",
                    ),
                )
            ],
        ),
    ]
