import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workorders', '0001_work_orders'),
    ]

    operations = [
        migrations.CreateModel(
            name='VoucherKind',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=32, unique=True, verbose_name='code')),
                ('name_zh', models.CharField(max_length=40, verbose_name='name (Chinese)')),
                ('name_en', models.CharField(max_length=60, verbose_name='name (English)')),
                ('help_zh', models.CharField(blank=True, max_length=200, verbose_name='what it is (Chinese)')),
                ('help_en', models.CharField(blank=True, max_length=200, verbose_name='what it is (English)')),
                ('accepts_zh', models.CharField(blank=True, max_length=200, verbose_name='what counts (Chinese)')),
                ('accepts_en', models.CharField(blank=True, max_length=200, verbose_name='what counts (English)')),
                ('words', models.JSONField(blank=True, default=list, verbose_name="other names in the platform's text")),
                ('checks', models.JSONField(blank=True, default=list, verbose_name='checklist')),
            ],
            options={
                'verbose_name': 'kind of voucher',
                'verbose_name_plural': 'kinds of vouchers',
                'ordering': ['pk'],
            },
        ),
        migrations.AddField(
            model_name='answer',
            name='on_day',
            field=models.DateField(blank=True, null=True, verbose_name='Date'),
        ),
        migrations.AddField(
            model_name='answer',
            name='option',
            field=models.CharField(blank=True, max_length=32, verbose_name='Result'),
        ),
        migrations.AddField(
            model_name='answer',
            name='stage',
            field=models.PositiveSmallIntegerField(default=1, verbose_name='stage'),
        ),
        migrations.AddField(
            model_name='draft',
            name='on_day',
            field=models.DateField(blank=True, null=True, verbose_name='Date'),
        ),
        migrations.AddField(
            model_name='draft',
            name='option',
            field=models.CharField(blank=True, max_length=32, verbose_name='Result'),
        ),
        migrations.AddField(
            model_name='draft',
            name='stage',
            field=models.PositiveSmallIntegerField(default=1, verbose_name='stage'),
        ),
        migrations.AddField(
            model_name='workorderpolicy',
            name='options',
            field=models.JSONField(blank=True, default=list, verbose_name='options to choose from'),
        ),
        migrations.AddField(
            model_name='workorderpolicy',
            name='stage_name_en',
            field=models.CharField(blank=True, max_length=40, verbose_name='first stage (English)'),
        ),
        migrations.AddField(
            model_name='workorderpolicy',
            name='stage_name_zh',
            field=models.CharField(blank=True, max_length=40, verbose_name='first stage (Chinese)'),
        ),
        migrations.AlterField(
            model_name='answer',
            name='branch',
            field=models.CharField(blank=True, choices=[('evidence', 'Upload evidence'), ('agree_refund', 'Agree to the refund'), ('negotiated', 'Negotiate with the buyer'), ('reship', 'Arrange a reship'), ('acknowledge', 'Acknowledge'), ('choice', 'Choose a result')], max_length=16, verbose_name='How to answer'),
        ),
        migrations.AlterField(
            model_name='draft',
            name='branch',
            field=models.CharField(blank=True, choices=[('evidence', 'Upload evidence'), ('agree_refund', 'Agree to the refund'), ('negotiated', 'Negotiate with the buyer'), ('reship', 'Arrange a reship'), ('acknowledge', 'Acknowledge'), ('choice', 'Choose a result')], max_length=16, verbose_name='How to answer'),
        ),
        migrations.AlterField(
            model_name='workorder',
            name='last_branch',
            field=models.CharField(blank=True, choices=[('evidence', 'Upload evidence'), ('agree_refund', 'Agree to the refund'), ('negotiated', 'Negotiate with the buyer'), ('reship', 'Arrange a reship'), ('acknowledge', 'Acknowledge'), ('choice', 'Choose a result')], max_length=16),
        ),
        migrations.AlterField(
            model_name='workorder',
            name='type',
            field=models.SlugField(db_index=False, max_length=24, verbose_name='type'),
        ),
        migrations.AlterField(
            model_name='workorderpolicy',
            name='slots',
            field=models.JSONField(blank=True, default=list, verbose_name='vouchers asked for'),
        ),
        migrations.AlterField(
            model_name='workorderpolicy',
            name='type',
            field=models.SlugField(db_index=False, max_length=24, verbose_name='type'),
        ),
        migrations.CreateModel(
            name='PolicyStage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='stage')),
                ('name_zh', models.CharField(max_length=40, verbose_name='name (Chinese)')),
                ('name_en', models.CharField(max_length=40, verbose_name='name (English)')),
                ('hours', models.PositiveIntegerField(verbose_name='hours to answer')),
                ('slots', models.JSONField(blank=True, default=list, verbose_name='vouchers asked for')),
                ('branches', models.JSONField(default=list, verbose_name='ways to answer')),
                ('options', models.JSONField(blank=True, default=list, verbose_name='options to choose from')),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='later_stages', to='workorders.workorderpolicy')),
            ],
            options={
                'verbose_name': 'later stage',
                'verbose_name_plural': 'later stages',
                'ordering': ['policy', 'number'],
                'constraints': [models.UniqueConstraint(fields=('policy', 'number'), name='workorders_stage_once'), models.CheckConstraint(condition=models.Q(('number__gte', 2)), name='workorders_stage_is_later')],
            },
        ),
    ]
