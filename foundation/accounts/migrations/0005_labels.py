"""What fields are called, for the admin; nothing is asked of the database."""

from django.db import migrations, models

from foundation.lifecycle.migrating import StateOnly


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_names"),
    ]

    operations = [
        StateOnly(
            operations=[
                migrations.AlterField(
                    model_name="restriction",
                    name="note",
                    field=models.TextField(blank=True, verbose_name="note"),
                ),
                migrations.AlterField(
                    model_name="restriction",
                    name="reason",
                    field=models.CharField(
                        choices=[
                            ("debt", "The shop owes money"),
                            ("short_deposit", "Deposit below what is required"),
                            ("reviewer", "Set by a reviewer"),
                            ("phone_change", "Bound phone changed recently"),
                            ("recovery", "Account recovered recently"),
                        ],
                        max_length=16,
                        verbose_name="reason",
                    ),
                ),
            ]
        ),
    ]
