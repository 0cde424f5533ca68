from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0003_points")]

    operations = [
        migrations.AddField("batch", "series_created", models.PositiveIntegerField(default=0)),
    ]
