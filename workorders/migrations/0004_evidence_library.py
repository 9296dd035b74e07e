"""The evidence library: what is said of each picture, and how long an appeal is possible."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

BATCH = 1000


def describe_used_pictures(apps, schema_editor):
    """Every picture ever laid on a desk gets the words of its latest use; read and written in batches."""
    voucher_model = apps.get_model('workorders', 'Voucher')
    item_model = apps.get_model('workorders', 'LibraryItem')
    vouchers = voucher_model.objects.order_by('file_id', 'pk').values_list(
        'file_id', 'work_order__order_id', 'caption', 'slots', 'added_by_id', 'added_at'
    )
    found = {}
    for file_id, *said in vouchers.iterator(chunk_size=BATCH):
        if len(found) == BATCH and file_id not in found:
            _write(item_model, found)
            found = {}
        found[file_id] = said
    _write(item_model, found)


def _write(item_model, found):
    item_model.objects.bulk_create(
        [
            item_model(
                file_id=file_id, order_id=order_id, caption=caption, kinds=slots, edited_by_id=by_id, edited_at=at
            )
            for file_id, (order_id, caption, slots, by_id, at) in found.items()
        ]
    )


class Migration(migrations.Migration):
    dependencies = [
        ('workorders', '0003_claims'),
        ('files', '0002_removed_content'),
        ('orders', '0002_number_prefix'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='workorderpolicy',
            name='appeal_days',
            field=models.PositiveIntegerField(
                blank=True,
                help_text='Empty: no window by rule; evidence is kept for the months alone.',
                null=True,
                verbose_name='days an appeal is possible after closing',
            ),
        ),
        migrations.CreateModel(
            name='LibraryItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('caption', models.CharField(blank=True, max_length=60)),
                ('kinds', models.JSONField(blank=True, default=list)),
                ('edited_at', models.DateTimeField()),
                (
                    'edited_by',
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+',
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    'file',
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile'
                    ),
                ),
                (
                    'order',
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order'
                    ),
                ),
            ],
            options={
                'verbose_name': 'library picture',
                'verbose_name_plural': 'library pictures',
            },
        ),
        migrations.RunPython(describe_used_pictures, migrations.RunPython.noop, elidable=True),
    ]
