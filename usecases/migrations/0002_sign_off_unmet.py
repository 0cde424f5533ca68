from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("usecases", "0001_initial")]

    operations = [
        migrations.AddField(model_name="signoff", name="unmet", field=models.JSONField(default=list)),
    ]
