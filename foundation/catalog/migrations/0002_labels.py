"""What fields are called, for the admin; nothing is asked of the database."""

import django.db.models.deletion
from django.db import migrations, models

from foundation.lifecycle.migrating import StateOnly


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_labels"),
        ("catalog", "0001_shelf"),
        ("files", "0003_labels"),
    ]

    operations = [
        StateOnly(
            operations=[
                migrations.AlterField(
                    model_name="listingday",
                    name="shop",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="listing_days",
                        to="accounts.shop",
                        verbose_name="shop",
                    ),
                ),
                migrations.AlterField(
                    model_name="product",
                    name="created_at",
                    field=models.DateTimeField(verbose_name="created"),
                ),
                migrations.AlterField(
                    model_name="product",
                    name="picture",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                        verbose_name="picture",
                    ),
                ),
                migrations.AlterField(
                    model_name="product",
                    name="shop",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="products",
                        to="accounts.shop",
                        verbose_name="shop",
                    ),
                ),
            ]
        ),
    ]
