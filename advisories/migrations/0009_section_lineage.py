"""What a section is, through all versions that carry it on."""

import uuid

import django.contrib.postgres.functions
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('advisories', '0008_searching'),
    ]

    operations = [
        # The database's default gives each row that is there one of its own.
        migrations.AddField(
            model_name='section',
            name='lineage',
            field=models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False),
        ),
        migrations.AddConstraint(
            model_name='section',
            constraint=models.UniqueConstraint(fields=('lineage', 'version'), name='section_lineage_once'),
        ),
    ]
