import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0003_password_tries"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("list_key", models.CharField(max_length=40, verbose_name="list")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("layout", "Arrangement"),
                            ("private", "Only mine"),
                            ("shared", "For everybody in the shop"),
                        ],
                        max_length=8,
                        verbose_name="for whom",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=60, verbose_name="name of the view")),
                ("query", models.CharField(blank=True, max_length=2000, verbose_name="filters")),
                ("columns", models.JSONField(blank=True, default=list, verbose_name="columns")),
                ("pinned", models.BooleanField(default=False, verbose_name="pinned")),
                ("size", models.PositiveSmallIntegerField(default=0, verbose_name="rows a page")),
                ("roomy", models.BooleanField(default=False, verbose_name="roomy rows")),
                ("begins_with", models.JSONField(blank=True, default=dict, verbose_name="begins with")),
                ("updated_at", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.shop",
                    ),
                ),
            ],
            options={
                "verbose_name": "saved view",
                "verbose_name_plural": "saved views",
                "indexes": [
                    models.Index(fields=["owner", "list_key"], name="lists_of_person"),
                    models.Index(fields=["shop", "list_key", "kind"], name="lists_of_shop"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "layout")),
                        fields=("owner", "list_key"),
                        name="lists_one_arrangement_each",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "layout"), _negated=True),
                        fields=("owner", "shop", "list_key", "name"),
                        name="lists_view_name_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "layout"), ("shop", None)),
                            models.Q(
                                models.Q(("kind", "layout"), _negated=True),
                                ("shop__isnull", False),
                                models.Q(("name", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="lists_view_has_shop_and_name",
                    ),
                ],
            },
        ),
    ]
