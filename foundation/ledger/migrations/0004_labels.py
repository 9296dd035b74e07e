"""What fields are called, for the admin; nothing is asked of the database."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.lifecycle.migrating import StateOnly


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_labels"),
        ("ledger", "0003_balanced_by_statement"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        StateOnly(
            operations=[
                migrations.AlterField(
                    model_name="account",
                    name="shop",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to="accounts.shop",
                        verbose_name="shop",
                    ),
                ),
                migrations.AlterField(
                    model_name="transaction",
                    name="by",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                migrations.AlterField(
                    model_name="transaction",
                    name="order_id",
                    field=models.BigIntegerField(null=True, verbose_name="order key"),
                ),
                migrations.AlterField(
                    model_name="transaction",
                    name="shop",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.shop",
                        verbose_name="shop",
                    ),
                ),
                migrations.AlterField(
                    model_name="transaction",
                    name="subject_id",
                    field=models.BigIntegerField(null=True, verbose_name="subject key"),
                ),
                migrations.AlterField(
                    model_name="transaction",
                    name="subject_type",
                    field=models.CharField(blank=True, max_length=64, verbose_name="kind of subject"),
                ),
            ]
        ),
    ]
