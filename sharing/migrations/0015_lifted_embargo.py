"""Which embargoes that ended after the release were followed."""

import django.db.models.deletion
from django.db import migrations, models


APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sharing_liftedembargo
  FOR EACH ROW EXECUTE FUNCTION sharing_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sharing_liftedembargo
  FOR EACH STATEMENT EXECUTE FUNCTION sharing_refuse_change();
"""
REVERSE = """
DROP TRIGGER append_only ON sharing_liftedembargo;
DROP TRIGGER append_only_truncate ON sharing_liftedembargo;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('sharing', '0014_delivery_words'),
    ]

    operations = [
        migrations.CreateModel(
            name='LiftedEmbargo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('embargo_until', models.DateTimeField()),
                ('at', models.DateTimeField()),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sharing.release')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('release', 'embargo_until'), name='lifted_embargo_once'), models.CheckConstraint(condition=models.Q(('at__gte', models.F('embargo_until'))), name='lifted_embargo_is_over')],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, REVERSE),
    ]
