"""What recipients opened and answered."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sharing_opening
  FOR EACH ROW EXECUTE FUNCTION sharing_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sharing_opening
  FOR EACH STATEMENT EXECUTE FUNCTION sharing_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sharing_receipt
  FOR EACH ROW EXECUTE FUNCTION sharing_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sharing_receipt
  FOR EACH STATEMENT EXECUTE FUNCTION sharing_refuse_change();
"""
REVERSE = """
DROP TRIGGER append_only ON sharing_opening;
DROP TRIGGER append_only_truncate ON sharing_opening;
DROP TRIGGER append_only ON sharing_receipt;
DROP TRIGGER append_only_truncate ON sharing_receipt;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('advisories', '0007_iep'),
        ('recipients', '0004_consent_signatory'),
        ('sharing', '0009_rulings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Opening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('actor', models.CharField(max_length=100)),
                ('at', models.DateTimeField()),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='recipients.organisation')),
                ('version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='openings', to='advisories.advisoryversion')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('version', 'actor'), name='opening_first_only')],
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('answer', models.CharField(choices=[('seen', 'we have seen it'), ('not_affected', 'we are not affected'), ('affected', 'we are affected'), ('resolved', 'we have resolved it'), ('needs_help', 'we need help')], max_length=12)),
                ('product', models.CharField(blank=True, max_length=200)),
                ('text', models.CharField(blank=True, max_length=4000)),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='recipients.organisation')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='advisories.advisoryversion')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('answer__in', ['seen', 'not_affected', 'affected', 'resolved', 'needs_help'])), name='receipt_answer_known'), models.CheckConstraint(condition=models.Q(('answer', 'needs_help'), ('text', ''), _negated=True), name='receipt_help_says_which')],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, REVERSE),
    ]
