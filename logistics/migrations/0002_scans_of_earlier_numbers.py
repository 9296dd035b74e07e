from django.db import migrations, models


class Migration(migrations.Migration):
    """Scans of a number that was corrected are kept as its history; no row is touched, "" is the present number."""

    dependencies = [
        ("logistics", "0001_logistics"),
    ]

    operations = [
        migrations.AddField(
            model_name="scan",
            name="number",
            field=models.CharField(blank=True, db_default="", default="", max_length=64, verbose_name="earlier number"),
        ),
    ]
