"""Questions asked in bulk, and the index the workbench counts a day's closed cases on."""

import functools

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import foundation.lifecycle.randoms

OUTCOMES = [
    ('waiting', 'Not looked at yet'), ('opens', 'Would open'), ('queues', 'Would queue'), ('refused', 'Refused'),
    ('opened', 'Opened'), ('queued', 'Queued'),
]


def key_to(model, **options):
    return models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=model, **options)


class Migration(migrations.Migration):
    dependencies = [
        ('jobs', '0001_background_jobs'),
        ('orders', '0002_number_prefix'),
        ('workorders', '0004_evidence_library'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='QuestionFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(
                    default=functools.partial(foundation.lifecycle.randoms.public_number, 'QF'),
                    editable=False, max_length=20, unique=True,
                )),
                ('name', models.CharField(max_length=120)),
                ('sha256', models.CharField(max_length=64, unique=True)),
                ('header', models.JSONField(default=dict)),
                ('unused', models.JSONField(default=list)),
                ('rows_count', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField()),
                ('by', key_to(settings.AUTH_USER_MODEL)),
                ('job', key_to('jobs.job')),
            ],
            options={'verbose_name': 'file of questions', 'verbose_name_plural': 'files of questions'},
        ),
        migrations.CreateModel(
            name='QuestionRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveIntegerField()),
                ('cells', models.JSONField(default=dict)),
                ('outcome', models.CharField(choices=OUTCOMES, default='waiting', max_length=8)),
                ('problems', models.JSONField(default=list)),
                ('key', models.CharField(blank=True, max_length=64)),
                ('file', models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows',
                    to='workorders.questionfile',
                )),
                ('order', key_to('orders.order', db_index=False)),
                ('work_order', models.OneToOneField(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name='question_row',
                    to='workorders.workorder',
                )),
            ],
            options={
                'indexes': [
                    models.Index(fields=['file', 'outcome', 'place'], name='workorders_rows_by_outcome'),
                    models.Index(fields=['file', 'order'], name='workorders_rows_by_order'),
                ],
                'constraints': [models.UniqueConstraint(fields=['file', 'place'], name='workorders_row_of_file')],
            },
        ),
        migrations.AddIndex(
            model_name='workorder',
            index=models.Index(
                condition=models.Q(('closed_at__isnull', False)), fields=['shop', 'closed_at', 'status'],
                name='workorders_closed',
            ),
        ),
    ]
