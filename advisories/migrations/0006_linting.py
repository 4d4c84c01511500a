"""Answers to the lint: append-only, and a downgrade takes a second person."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


SQL = """
CREATE FUNCTION advisories_second_person_of_downgrade() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  refused advisories_lintrefusal%ROWTYPE;
BEGIN
  SELECT * INTO refused FROM advisories_lintrefusal WHERE id = NEW.refusal_id;
  IF NEW.by_id = refused.by_id
     OR EXISTS (SELECT FROM advisories_editor
                WHERE version_id = refused.version_id AND user_id = NEW.by_id)
     OR EXISTS (SELECT FROM advisories_advisoryversion
                WHERE id = refused.version_id AND author_id = NEW.by_id) THEN
    RAISE EXCEPTION 'a downgrade takes a second person' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER second_person BEFORE INSERT ON advisories_lintconfirmation
  FOR EACH ROW EXECUTE FUNCTION advisories_second_person_of_downgrade();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON advisories_lintrefusal
  FOR EACH ROW EXECUTE FUNCTION advisories_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON advisories_lintrefusal
  FOR EACH STATEMENT EXECUTE FUNCTION advisories_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON advisories_lintconfirmation
  FOR EACH ROW EXECUTE FUNCTION advisories_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON advisories_lintconfirmation
  FOR EACH STATEMENT EXECUTE FUNCTION advisories_refuse_change();
"""
REVERSE = """
DROP TRIGGER append_only_truncate ON advisories_lintconfirmation;
DROP TRIGGER append_only ON advisories_lintconfirmation;
DROP TRIGGER append_only_truncate ON advisories_lintrefusal;
DROP TRIGGER append_only ON advisories_lintrefusal;
DROP TRIGGER second_person ON advisories_lintconfirmation;
DROP FUNCTION advisories_second_person_of_downgrade();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('advisories', '0005_woo_reaches'),
        ('recipients', '0003_identifiers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LintRefusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('name', 'name'), ('domain', 'domain'), ('network', 'network'), ('as_number', 'as_number'), ('address', 'address'), ('email', 'email'), ('mailbox', 'mailbox'), ('credential', 'credential'), ('cve', 'cve'), ('public_cve', 'public_cve'), ('classified', 'classified')], max_length=20)),
                ('fingerprints', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), size=None)),
                ('downgrade', models.BooleanField()),
                ('reason', models.TextField(verbose_name='reason')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='recipients.organisation')),
                ('section', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='lint_refusals', to='advisories.section')),
                ('version', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='lint_refusals', to='advisories.advisoryversion')),
            ],
        ),
        migrations.CreateModel(
            name='LintConfirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('refusal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='confirmation', to='advisories.lintrefusal')),
            ],
        ),
        migrations.AddIndex(
            model_name='lintrefusal',
            index=models.Index(fields=['section'], name='lint_refusals_of_section'),
        ),
        migrations.AddConstraint(
            model_name='lintrefusal',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='lint_refusal_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='lintrefusal',
            constraint=models.CheckConstraint(condition=models.Q(('fingerprints__len__gt', 0)), name='lint_refusal_of_something'),
        ),
        migrations.AddConstraint(
            model_name='lintrefusal',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['name', 'domain', 'network', 'as_number', 'address', 'email', 'mailbox', 'credential', 'cve', 'public_cve'])), name='lint_refusal_kind_known'),
        ),
        migrations.RunSQL(SQL, REVERSE),
    ]
