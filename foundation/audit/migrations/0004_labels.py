"""What fields are called, for the admin; nothing is asked of the database."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.lifecycle.migrating import StateOnly


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0003_names"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        StateOnly(
            operations=[
                migrations.AlterField(
                    model_name="entry",
                    name="actor",
                    field=models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                migrations.AlterField(
                    model_name="entry",
                    name="data",
                    field=models.JSONField(blank=True, default=dict, verbose_name="details"),
                ),
                migrations.AlterField(
                    model_name="entry",
                    name="order_id",
                    field=models.BigIntegerField(null=True, verbose_name="order key"),
                ),
                migrations.AlterField(
                    model_name="entry",
                    name="reason",
                    field=models.TextField(blank=True, verbose_name="reason"),
                ),
                migrations.AlterField(
                    model_name="entry",
                    name="shop_id",
                    field=models.BigIntegerField(null=True, verbose_name="shop number"),
                ),
            ]
        ),
    ]
