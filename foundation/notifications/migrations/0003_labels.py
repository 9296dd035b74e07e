"""What fields are called, for the admin; nothing is asked of the database."""

import django.db.models.deletion
import foundation.lifecycle.randoms
import functools
from django.conf import settings
from django.db import migrations, models

from foundation.lifecycle.migrating import StateOnly


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0002_outbox_needing_somebody"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        StateOnly(
            operations=[
                migrations.AlterField(
                    model_name="notice",
                    name="cancelled_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="cancelled"),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="created_at",
                    field=models.DateTimeField(verbose_name="created"),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="data",
                    field=models.JSONField(blank=True, default=dict, verbose_name="details"),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="kind",
                    field=models.CharField(max_length=64, verbose_name="kind"),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="number",
                    field=models.CharField(
                        default=functools.partial(foundation.lifecycle.randoms.public_number, *("NT",), **{}),
                        max_length=20,
                        unique=True,
                        verbose_name="number",
                    ),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="read_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="read"),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="shop_id",
                    field=models.BigIntegerField(null=True, verbose_name="shop number"),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="subject_id",
                    field=models.BigIntegerField(verbose_name="subject key"),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="subject_type",
                    field=models.CharField(max_length=64, verbose_name="kind of subject"),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="url",
                    field=models.CharField(blank=True, max_length=300, verbose_name="link"),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="user",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                migrations.AlterField(
                    model_name="outboxmessage",
                    name="attempts",
                    field=models.PositiveIntegerField(default=0, verbose_name="tries"),
                ),
                migrations.AlterField(
                    model_name="outboxmessage",
                    name="body",
                    field=models.TextField(verbose_name="text"),
                ),
                migrations.AlterField(
                    model_name="outboxmessage",
                    name="channel",
                    field=models.CharField(
                        choices=[("sms", "Text message"), ("email", "E-mail")],
                        max_length=8,
                        verbose_name="sent through",
                    ),
                ),
                migrations.AlterField(
                    model_name="outboxmessage",
                    name="claimed_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="taken at"),
                ),
                migrations.AlterField(
                    model_name="outboxmessage",
                    name="created_at",
                    field=models.DateTimeField(verbose_name="created"),
                ),
                migrations.AlterField(
                    model_name="outboxmessage",
                    name="error",
                    field=models.CharField(blank=True, max_length=300, verbose_name="error"),
                ),
                migrations.AlterField(
                    model_name="outboxmessage",
                    name="key",
                    field=models.CharField(max_length=120, unique=True, verbose_name="key"),
                ),
                migrations.AlterField(
                    model_name="outboxmessage",
                    name="next_at",
                    field=models.DateTimeField(verbose_name="next try"),
                ),
                migrations.AlterField(
                    model_name="outboxmessage",
                    name="sent_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="sent at"),
                ),
                migrations.AlterField(
                    model_name="outboxmessage",
                    name="shop_id",
                    field=models.BigIntegerField(null=True, verbose_name="shop number"),
                ),
                migrations.AlterField(
                    model_name="outboxmessage",
                    name="status",
                    field=models.CharField(
                        choices=[
                            ("pending", "Waiting"),
                            ("sending", "Being sent"),
                            ("sent", "Sent"),
                            ("unknown", "Unknown"),
                            ("dead", "Given up"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="pending",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                migrations.AlterField(
                    model_name="outboxmessage",
                    name="subject_id",
                    field=models.BigIntegerField(null=True, verbose_name="subject key"),
                ),
                migrations.AlterField(
                    model_name="outboxmessage",
                    name="subject_line",
                    field=models.CharField(blank=True, max_length=150, verbose_name="subject line"),
                ),
                migrations.AlterField(
                    model_name="outboxmessage",
                    name="subject_type",
                    field=models.CharField(blank=True, max_length=64, verbose_name="kind of subject"),
                ),
                migrations.AlterField(
                    model_name="outboxmessage",
                    name="to",
                    field=models.CharField(max_length=200, verbose_name="recipient"),
                ),
            ]
        ),
    ]
