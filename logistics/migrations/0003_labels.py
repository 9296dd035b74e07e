"""What fields are called, for the admin; nothing is asked of the database."""

import django.db.models.deletion
import foundation.lifecycle.randoms
import functools
import logistics.models.carriers
from django.conf import settings
from django.db import migrations, models

from foundation.lifecycle.migrating import StateOnly


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_labels"),
        ("files", "0003_labels"),
        ("logistics", "0002_scans_of_earlier_numbers"),
        ("orders", "0005_labels"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        StateOnly(
            operations=[
                migrations.AlterField(
                    model_name="carrier",
                    name="adapter",
                    field=models.SlugField(default="sandbox", max_length=20, verbose_name="connection"),
                ),
                migrations.AlterField(
                    model_name="carrier",
                    name="code",
                    field=models.SlugField(max_length=20, unique=True, verbose_name="code"),
                ),
                migrations.AlterField(
                    model_name="carrier",
                    name="position",
                    field=models.PositiveSmallIntegerField(default=100, verbose_name="place in the list"),
                ),
                migrations.AlterField(
                    model_name="carriercall",
                    name="attempts",
                    field=models.PositiveSmallIntegerField(default=0, verbose_name="tries"),
                ),
                migrations.AlterField(
                    model_name="carriercall",
                    name="claimed_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="taken at"),
                ),
                migrations.AlterField(
                    model_name="carriercall",
                    name="created_at",
                    field=models.DateTimeField(verbose_name="created"),
                ),
                migrations.AlterField(
                    model_name="carriercall",
                    name="done_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="done"),
                ),
                migrations.AlterField(
                    model_name="carriercall",
                    name="error",
                    field=models.CharField(blank=True, max_length=300, verbose_name="error"),
                ),
                migrations.AlterField(
                    model_name="carriercall",
                    name="interception",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="logistics.interception",
                        verbose_name="interception",
                    ),
                ),
                migrations.AlterField(
                    model_name="carriercall",
                    name="key",
                    field=models.CharField(max_length=100, unique=True, verbose_name="key"),
                ),
                migrations.AlterField(
                    model_name="carriercall",
                    name="kind",
                    field=models.CharField(
                        choices=[
                            ("request", "Ask for the interception"),
                            ("cancel", "Call it off"),
                            ("query", "Ask how it stands"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                migrations.AlterField(
                    model_name="carriercall",
                    name="next_at",
                    field=models.DateTimeField(verbose_name="next try"),
                ),
                migrations.AlterField(
                    model_name="carriercall",
                    name="status",
                    field=models.CharField(
                        choices=[
                            ("pending", "Waiting"),
                            ("sending", "Being sent"),
                            ("sent", "Answered"),
                            ("failed", "Refused for good"),
                            ("unknown", "Outcome unknown"),
                        ],
                        default="pending",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                migrations.AlterField(
                    model_name="carriercode",
                    name="first_seen_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="first seen"),
                ),
                migrations.AlterField(
                    model_name="carriercode",
                    name="last_seen_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="last seen"),
                ),
                migrations.AlterField(
                    model_name="carrierfee",
                    name="carrier",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fees",
                        to="logistics.carrier",
                        verbose_name="carrier",
                    ),
                ),
                migrations.AlterField(
                    model_name="carrierfee",
                    name="created_at",
                    field=models.DateTimeField(auto_now_add=True, verbose_name="created"),
                ),
                migrations.AlterField(
                    model_name="carrierfee",
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
                migrations.AlterField(
                    model_name="interception",
                    name="accepted_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="accepted"),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="cancel_note",
                    field=models.CharField(blank=True, max_length=300, verbose_name="note on the cancel"),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="cancel_reason",
                    field=models.CharField(
                        blank=True,
                        choices=[
                            ("mistake", "Clicked by mistake"),
                            ("buyer_keeps", "The buyer keeps the goods"),
                            ("buyer_returns", "Buyer wants to return"),
                            ("wrong_shipping", "Wrong shipping information"),
                            ("force_majeure", "Force majeure"),
                            ("other", "Other"),
                        ],
                        max_length=16,
                        verbose_name="reason of the cancel",
                    ),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="cancelled_by",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="cancelled by",
                    ),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="carrier",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="logistics.carrier",
                        verbose_name="carrier",
                    ),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="charged_on",
                    field=models.CharField(
                        choices=[
                            ("accepted", "when the carrier accepts"),
                            ("succeeded", "when the parcel is intercepted"),
                        ],
                        default="succeeded",
                        max_length=10,
                        verbose_name="charged on",
                    ),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="ended_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="ended"),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="fee_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="fee charged"),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="fee_policy",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="logistics.carrierfee",
                        verbose_name="fee in force",
                    ),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="key",
                    field=models.CharField(max_length=100, unique=True, verbose_name="key"),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="note",
                    field=models.CharField(blank=True, max_length=300, verbose_name="note"),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="number",
                    field=models.CharField(
                        default=functools.partial(foundation.lifecycle.randoms.public_number, *("IC",), **{}),
                        max_length=20,
                        unique=True,
                        verbose_name="number",
                    ),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="order",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="interceptions",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="parcel",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="interceptions",
                        to="logistics.parcel",
                        verbose_name="parcel",
                    ),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="province",
                    field=models.CharField(blank=True, max_length=40, verbose_name="province"),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="requested_by",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked for by",
                    ),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="returned_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="came back"),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="returning_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="on its way back"),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="rule",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="logistics.interceptionrule",
                        verbose_name="rule",
                    ),
                ),
                migrations.AlterField(
                    model_name="interception",
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
                    model_name="interception",
                    name="storage_days",
                    field=models.PositiveSmallIntegerField(default=0, verbose_name="days of storage"),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="storage_free_days",
                    field=models.PositiveSmallIntegerField(default=0, verbose_name="days of free storage"),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="storage_minor_per_day",
                    field=models.BigIntegerField(default=0, verbose_name="storage a day (fen)"),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="storage_most_days",
                    field=models.PositiveSmallIntegerField(default=0, verbose_name="days of storage at most"),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="succeeded_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="intercepted"),
                ),
                migrations.AlterField(
                    model_name="interception",
                    name="version",
                    field=models.PositiveIntegerField(default=0, editable=False, verbose_name="version"),
                ),
                migrations.AlterField(
                    model_name="logisticspolicy",
                    name="created_at",
                    field=models.DateTimeField(auto_now_add=True, verbose_name="created"),
                ),
                migrations.AlterField(
                    model_name="logisticspolicy",
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
                migrations.AlterField(
                    model_name="loss",
                    name="amount_minor",
                    field=models.BigIntegerField(default=0, verbose_name="amount (fen)"),
                ),
                migrations.AlterField(
                    model_name="loss",
                    name="at",
                    field=models.DateTimeField(verbose_name="moment"),
                ),
                migrations.AlterField(
                    model_name="loss",
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
                    model_name="loss",
                    name="key",
                    field=models.CharField(max_length=100, unique=True, verbose_name="key"),
                ),
                migrations.AlterField(
                    model_name="loss",
                    name="note",
                    field=models.CharField(blank=True, max_length=300, verbose_name="note"),
                ),
                migrations.AlterField(
                    model_name="loss",
                    name="parcel",
                    field=models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="loss",
                        to="logistics.parcel",
                        verbose_name="parcel",
                    ),
                ),
                migrations.AlterField(
                    model_name="loss",
                    name="payer",
                    field=models.CharField(
                        choices=[
                            ("shop", "Shop"),
                            ("buyer", "Buyer"),
                            ("platform", "Platform"),
                            ("carrier", "Carrier"),
                        ],
                        max_length=10,
                        verbose_name="paid by",
                    ),
                ),
                migrations.AlterField(
                    model_name="loss",
                    name="reship",
                    field=models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaces",
                        to="logistics.parcel",
                        verbose_name="parcel sent instead",
                    ),
                ),
                migrations.AlterField(
                    model_name="loss",
                    name="shop",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.shop",
                        verbose_name="shop",
                    ),
                ),
                migrations.AlterField(
                    model_name="loss",
                    name="way",
                    field=models.CharField(
                        choices=[("reship", "Reship"), ("replace", "Replace goods"), ("compensate", "Compensation")],
                        max_length=10,
                        verbose_name="way out",
                    ),
                ),
                migrations.AlterField(
                    model_name="parkedpush",
                    name="applied_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="applied"),
                ),
                migrations.AlterField(
                    model_name="parkedpush",
                    name="carrier_code",
                    field=models.CharField(max_length=32, verbose_name="code of the carrier"),
                ),
                migrations.AlterField(
                    model_name="parkedpush",
                    name="digest",
                    field=models.CharField(max_length=64, unique=True, verbose_name="fingerprint"),
                ),
                migrations.AlterField(
                    model_name="parkedpush",
                    name="received_at",
                    field=models.DateTimeField(verbose_name="received"),
                ),
                migrations.AlterField(
                    model_name="parkedpush",
                    name="scans",
                    field=models.JSONField(verbose_name="scans"),
                ),
                migrations.AlterField(
                    model_name="parkedpush",
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
                    model_name="parkedpush",
                    name="source",
                    field=models.CharField(max_length=20, verbose_name="reported by"),
                ),
                migrations.AlterField(
                    model_name="parkedpush",
                    name="tracking_number",
                    field=models.CharField(max_length=64, verbose_name="tracking number"),
                ),
                migrations.AlterField(
                    model_name="recall",
                    name="carrier",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="logistics.carrier",
                        verbose_name="carrier",
                    ),
                ),
                migrations.AlterField(
                    model_name="recall",
                    name="closed_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="closed"),
                ),
                migrations.AlterField(
                    model_name="recall",
                    name="contact",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.contactrecord",
                        verbose_name="contact record",
                    ),
                ),
                migrations.AlterField(
                    model_name="recall",
                    name="key",
                    field=models.CharField(max_length=100, unique=True, verbose_name="key"),
                ),
                migrations.AlterField(
                    model_name="recall",
                    name="number",
                    field=models.CharField(
                        default=functools.partial(foundation.lifecycle.randoms.public_number, *("RC",), **{}),
                        max_length=20,
                        unique=True,
                        verbose_name="number",
                    ),
                ),
                migrations.AlterField(
                    model_name="recall",
                    name="opened_by",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="opened by",
                    ),
                ),
                migrations.AlterField(
                    model_name="recall",
                    name="order",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recalls",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                migrations.AlterField(
                    model_name="recall",
                    name="parcel",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recalls",
                        to="logistics.parcel",
                        verbose_name="parcel",
                    ),
                ),
                migrations.AlterField(
                    model_name="recall",
                    name="proof",
                    field=models.ManyToManyField(
                        blank=True, related_name="+", to="files.storedfile", verbose_name="proof"
                    ),
                ),
                migrations.AlterField(
                    model_name="recall",
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
                    model_name="recall",
                    name="version",
                    field=models.PositiveIntegerField(default=0, editable=False, verbose_name="version"),
                ),
                migrations.AlterField(
                    model_name="shophook",
                    name="last_push_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="last report"),
                ),
                migrations.AlterField(
                    model_name="shophook",
                    name="renewed_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="renewed"),
                ),
                migrations.AlterField(
                    model_name="shophook",
                    name="salt",
                    field=models.CharField(
                        default=logistics.models.carriers.new_salt, max_length=64, verbose_name="salt"
                    ),
                ),
                migrations.AlterField(
                    model_name="shophook",
                    name="shop",
                    field=models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.shop",
                        verbose_name="shop",
                    ),
                ),
                migrations.AlterField(
                    model_name="watch",
                    name="adapter",
                    field=models.SlugField(max_length=20, verbose_name="connection"),
                ),
                migrations.AlterField(
                    model_name="watch",
                    name="attempts",
                    field=models.PositiveSmallIntegerField(default=0, verbose_name="tries"),
                ),
                migrations.AlterField(
                    model_name="watch",
                    name="claimed_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="taken at"),
                ),
                migrations.AlterField(
                    model_name="watch",
                    name="error",
                    field=models.CharField(blank=True, max_length=300, verbose_name="error"),
                ),
                migrations.AlterField(
                    model_name="watch",
                    name="given_up_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="given up"),
                ),
                migrations.AlterField(
                    model_name="watch",
                    name="next_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="next try"),
                ),
                migrations.AlterField(
                    model_name="watch",
                    name="parcel",
                    field=models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="watch",
                        serialize=False,
                        to="logistics.parcel",
                        verbose_name="parcel",
                    ),
                ),
                migrations.AlterField(
                    model_name="watch",
                    name="subscribed_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="subscribed"),
                ),
            ]
        ),
    ]
