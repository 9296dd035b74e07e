"""A file's bytes can be given up while its row stays; an order's library takes so many pictures."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('files', '0001_stored_files'),
    ]

    operations = [
        migrations.AddField(
            model_name='uploadpolicy',
            name='files_per_order',
            field=models.PositiveIntegerField(default=100, verbose_name="pictures in an order's library"),
        ),
        migrations.AddField(
            model_name='storedfile',
            name='removed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='storedfile',
            name='removed_why',
            field=models.CharField(
                blank=True,
                choices=[('keeping', 'kept as long as the rule says'), ('expired', 'made for a short time')],
                default='',
                max_length=12,
            ),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name='storedfile',
            index=models.Index(condition=models.Q(('removed_at', None)), fields=['created_at', 'id'], name='files_kept'),
        ),
    ]
