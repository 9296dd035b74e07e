"""What fields are called, for the admin; nothing is asked of the database."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from foundation.lifecycle.migrating import StateOnly


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_labels"),
        ("orders", "0004_late_to_ship"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        StateOnly(
            operations=[
                migrations.AlterField(
                    model_name="order",
                    name="address",
                    field=models.CharField(blank=True, max_length=300, verbose_name="delivery address"),
                ),
                migrations.AlterField(
                    model_name="order",
                    name="arrival_status",
                    field=models.CharField(
                        choices=[
                            ("grouping", "Grouping"),
                            ("to_ship", "To ship"),
                            ("shipped", "Shipped"),
                            ("signed", "Signed"),
                            ("completed", "Completed"),
                            ("cancelled", "Cancelled"),
                            ("refunded", "Refunded"),
                        ],
                        editable=False,
                        max_length=12,
                        verbose_name="state on arrival",
                    ),
                ),
                migrations.AlterField(
                    model_name="order",
                    name="buyer_name",
                    field=models.CharField(blank=True, max_length=80, verbose_name="buyer"),
                ),
                migrations.AlterField(
                    model_name="order",
                    name="buyer_phone",
                    field=models.CharField(blank=True, max_length=20, verbose_name="phone"),
                ),
                migrations.AlterField(
                    model_name="order",
                    name="created_at",
                    field=models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="created"
                    ),
                ),
                migrations.AlterField(
                    model_name="order",
                    name="dispute_count",
                    field=models.PositiveIntegerField(default=0, verbose_name="disputes"),
                ),
                migrations.AlterField(
                    model_name="order",
                    name="item_count",
                    field=models.PositiveIntegerField(default=0, verbose_name="pieces"),
                ),
                migrations.AlterField(
                    model_name="order",
                    name="item_title",
                    field=models.CharField(blank=True, max_length=200, verbose_name="goods bought"),
                ),
                migrations.AlterField(
                    model_name="order",
                    name="open_work_orders",
                    field=models.PositiveIntegerField(default=0, verbose_name="open work orders"),
                ),
                migrations.AlterField(
                    model_name="order",
                    name="parked_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="set aside at"),
                ),
                migrations.AlterField(
                    model_name="order",
                    name="parked_reason",
                    field=models.CharField(blank=True, max_length=500, verbose_name="set aside because"),
                ),
                migrations.AlterField(
                    model_name="order",
                    name="phone_tail",
                    field=models.CharField(blank=True, max_length=4, verbose_name="end of the phone number"),
                ),
                migrations.AlterField(
                    model_name="order",
                    name="shop",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="accounts.shop",
                        verbose_name="shop",
                    ),
                ),
                migrations.AlterField(
                    model_name="order",
                    name="tags",
                    field=models.JSONField(blank=True, default=list, verbose_name="tags"),
                ),
                migrations.AlterField(
                    model_name="order",
                    name="updated_at",
                    field=models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="changed"
                    ),
                ),
                migrations.AlterField(
                    model_name="order",
                    name="version",
                    field=models.PositiveIntegerField(default=0, editable=False, verbose_name="version"),
                ),
                migrations.AlterField(
                    model_name="order",
                    name="work_order_state",
                    field=models.CharField(blank=True, max_length=16, verbose_name="work order state"),
                ),
                migrations.AlterField(
                    model_name="orderpolicy",
                    name="created_at",
                    field=models.DateTimeField(auto_now_add=True, verbose_name="created"),
                ),
                migrations.AlterField(
                    model_name="orderpolicy",
                    name="created_by",
                    field=models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
            ]
        ),
    ]
