"""Who signed a consent, and the digest of what was signed."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('recipients', '0003_identifiers'),
    ]

    operations = [
        migrations.AddField(
            model_name='consent',
            name='signatory',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='consent',
            name='statement_sha256',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('statement_sha256', ''), ('statement_sha256__regex', '^[0-9a-f]{64}$'), _connector='OR'), name='consent_statement_digest_form'),
        ),
    ]
