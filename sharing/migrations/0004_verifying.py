"""Who read which rule against the enacted text."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sharing_ruleverification
  FOR EACH ROW EXECUTE FUNCTION sharing_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sharing_ruleverification
  FOR EACH STATEMENT EXECUTE FUNCTION sharing_refuse_change();
"""
REVERSE = """
DROP TRIGGER append_only ON sharing_ruleverification;
DROP TRIGGER append_only_truncate ON sharing_ruleverification;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('sharing', '0003_reassessing'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RuleVerification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=30)),
                ('digest', models.CharField(max_length=64)),
                ('source', models.CharField(max_length=300)),
                ('note', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['rule', 'digest'], name='verification_of_rule')],
                'constraints': [models.CheckConstraint(condition=models.Q(('source', ''), _negated=True), name='verification_has_source')],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, REVERSE),
    ]
