"""What becomes of a message, in words. Nothing changes in the database."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sharing', '0013_stix_exchange'),
    ]

    operations = [
        migrations.AlterField(
            model_name='delivery',
            name='status',
            field=models.CharField(choices=[('pending', 'waiting'), ('sending', 'being sent'), ('handed_over', 'handed over'), ('failed', 'failed'), ('withheld', 'withheld'), ('recalled', 'recalled')], default='pending', max_length=12),
        ),
    ]
