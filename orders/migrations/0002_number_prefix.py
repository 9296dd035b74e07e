"""On PostgreSQL, an index that answers "begins with" of an order number in any collation (a plain one can't)."""

from django.db import migrations

CREATE = "CREATE INDEX orders_number_prefix ON orders_order (shop_id, number varchar_pattern_ops)"
DROP = "DROP INDEX orders_number_prefix"


def on_postgresql(sql):
    def run(_apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return run


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_orders")]

    operations = [migrations.RunPython(on_postgresql(CREATE), on_postgresql(DROP))]
