"""What fields are called, for the admin; nothing is asked of the database."""

import django.db.models.deletion
import foundation.lifecycle.randoms
import functools
from django.conf import settings
from django.db import migrations, models

from foundation.lifecycle.migrating import StateOnly


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0003_labels"),
        ("jobs", "0003_names"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        StateOnly(
            operations=[
                migrations.AlterField(
                    model_name="job",
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
                    model_name="job",
                    name="cursor",
                    field=models.BigIntegerField(default=0, verbose_name="got as far as"),
                ),
                migrations.AlterField(
                    model_name="job",
                    name="error",
                    field=models.TextField(blank=True, verbose_name="error"),
                ),
                migrations.AlterField(
                    model_name="job",
                    name="input_file",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                        verbose_name="input file",
                    ),
                ),
                migrations.AlterField(
                    model_name="job",
                    name="lease_until",
                    field=models.DateTimeField(null=True, verbose_name="taken until"),
                ),
                migrations.AlterField(
                    model_name="job",
                    name="number",
                    field=models.CharField(
                        default=functools.partial(foundation.lifecycle.randoms.public_number, *("JB",), **{}),
                        editable=False,
                        max_length=20,
                        unique=True,
                        verbose_name="number",
                    ),
                ),
                migrations.AlterField(
                    model_name="job",
                    name="output_file",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                        verbose_name="output file",
                    ),
                ),
                migrations.AlterField(
                    model_name="job",
                    name="params",
                    field=models.JSONField(blank=True, default=dict, verbose_name="parameters"),
                ),
                migrations.AlterField(
                    model_name="job",
                    name="request_key",
                    field=models.CharField(max_length=64, null=True, unique=True, verbose_name="request key"),
                ),
                migrations.AlterField(
                    model_name="job",
                    name="result",
                    field=models.JSONField(blank=True, default=dict, verbose_name="result"),
                ),
                migrations.AlterField(
                    model_name="job",
                    name="started_at",
                    field=models.DateTimeField(null=True, verbose_name="started at"),
                ),
                migrations.AlterField(
                    model_name="job",
                    name="version",
                    field=models.PositiveIntegerField(default=0, verbose_name="version"),
                ),
            ]
        ),
    ]
