"""What fields are called, for the admin; nothing is asked of the database."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.lifecycle.migrating import StateOnly


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_labels"),
        ("orders", "0005_labels"),
        ("workorders", "0007_given_back"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        StateOnly(
            operations=[
                migrations.AlterField(
                    model_name="workorder",
                    name="answered_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="answered"),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="asked_slots",
                    field=models.JSONField(default=list, verbose_name="vouchers asked for"),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="assigned_to",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="assigned to",
                    ),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="closed_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="closed"),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="compensation_bp",
                    field=models.PositiveIntegerField(default=0, verbose_name="compensation (1/10,000)"),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="counts_dispute",
                    field=models.BooleanField(default=True, verbose_name="counts as a dispute"),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="created_at",
                    field=models.DateTimeField(verbose_name="created"),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="delist_days",
                    field=models.PositiveIntegerField(default=0, verbose_name="days taken off"),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="delists",
                    field=models.BooleanField(default=False, verbose_name="takes goods off"),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="escalated_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="handed to the platform"),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="last_branch",
                    field=models.CharField(
                        blank=True,
                        choices=[
                            ("evidence", "Upload evidence"),
                            ("agree_refund", "Agree to the refund"),
                            ("negotiated", "Negotiate with the buyer"),
                            ("reship", "Arrange a reship"),
                            ("acknowledge", "Acknowledge"),
                            ("choice", "Choose a result"),
                        ],
                        max_length=16,
                        verbose_name="last answer",
                    ),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="line",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.orderline",
                        verbose_name="order line",
                    ),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="next_reminder_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="next reminder"),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="opened_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="opened"),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="opened_by",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="opened by",
                    ),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="order",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="work_orders",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="parked_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="set aside at"),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="parked_reason",
                    field=models.TextField(blank=True, verbose_name="set aside because"),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="policy",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="workorders.workorderpolicy",
                        verbose_name="rule in force",
                    ),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="refund_share_bp",
                    field=models.PositiveIntegerField(default=10000, verbose_name="share refunded (1/10,000)"),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="reminders_sent",
                    field=models.JSONField(default=list, verbose_name="reminders sent"),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="reversed_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="reversed"),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="shop",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="work_orders",
                        to="accounts.shop",
                        verbose_name="shop",
                    ),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="version",
                    field=models.PositiveIntegerField(default=1, verbose_name="version"),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="window_no",
                    field=models.PositiveSmallIntegerField(default=1, verbose_name="round"),
                ),
                migrations.AlterField(
                    model_name="workorder",
                    name="window_opened_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="round opened"),
                ),
                migrations.AlterField(
                    model_name="workorderpolicy",
                    name="created_at",
                    field=models.DateTimeField(auto_now_add=True, verbose_name="created"),
                ),
                migrations.AlterField(
                    model_name="workorderpolicy",
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
