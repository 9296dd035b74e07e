import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('workorders', '0002_types_and_stages'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='workorderpolicy',
            name='claim_minutes',
            field=models.PositiveIntegerField(default=30, verbose_name='minutes a claim lasts'),
        ),
        migrations.AddField(
            model_name='workorder',
            name='claimed_until',
            field=models.DateTimeField(blank=True, null=True, verbose_name='claimed until'),
        ),
        migrations.AddConstraint(
            model_name='workorder',
            constraint=models.CheckConstraint(
                condition=models.Q(('claimed_until', None), models.Q(('assigned_to__isnull', False), ('status', 'open')), _connector='OR'),
                name='workorders_claim_is_somebodys',
            ),
        ),
        migrations.AddIndex(
            model_name='workorder',
            index=models.Index(
                condition=models.Q(('assigned_to', None), ('status', 'open')), fields=['shop', 'due_at', 'id'],
                name='workorders_unassigned',
            ),
        ),
        migrations.AddIndex(
            model_name='workorder',
            index=models.Index(
                condition=models.Q(('status', 'open')), fields=['shop', 'assigned_to', 'due_at', 'id'],
                name='workorders_of_person',
            ),
        ),
        migrations.AddIndex(
            model_name='workorder',
            index=models.Index(
                condition=models.Q(('claimed_until__isnull', False)), fields=['claimed_until', 'id'],
                name='workorders_claims',
            ),
        ),
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('seen_at', models.DateTimeField(db_index=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('work_order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='presences', to='workorders.workorder')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('work_order', 'user'), name='workorders_one_presence_each')],
            },
        ),
    ]
