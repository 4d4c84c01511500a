"""CSAF documents as they were signed; never changed."""

import django.db.models.deletion
from django.db import migrations, models


APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sharing_csafdocument
  FOR EACH ROW EXECUTE FUNCTION sharing_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sharing_csafdocument
  FOR EACH STATEMENT EXECUTE FUNCTION sharing_refuse_change();
"""
REVERSE = """
DROP TRIGGER append_only ON sharing_csafdocument;
DROP TRIGGER append_only_truncate ON sharing_csafdocument;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('advisories', '0008_searching'),
        ('sharing', '0010_receiving'),
    ]

    operations = [
        migrations.CreateModel(
            name='CsafDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64)),
                ('edition', models.CharField(max_length=3)),
                ('tracking_id', models.CharField(max_length=40)),
                ('path', models.CharField(max_length=80)),
                ('title', models.CharField(max_length=500)),
                ('initial_release', models.DateTimeField()),
                ('current_release', models.DateTimeField()),
                ('body', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('sha512', models.CharField(max_length=128)),
                ('signature', models.TextField()),
                ('made_at', models.DateTimeField()),
                ('version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='advisories.advisoryversion')),
            ],
            options={
                'indexes': [models.Index(fields=['version', 'path'], name='csaf_document_of_version')],
                'constraints': [models.UniqueConstraint(fields=('key', 'edition'), name='csaf_document_once'), models.CheckConstraint(condition=models.Q(('edition__in', ['2.0', '2.1'])), name='csaf_document_edition_known')],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, REVERSE),
    ]
