"""Exceptional supplies: what was said stays said; a watch over legal duties."""

import datetime
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


SQL = """
CREATE FUNCTION sharing_supply_keeps_its_word() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'an exceptional supply stays on record' USING ERRCODE = 'restrict_violation';
  END IF;
  IF (NEW.kind, NEW.version_id, NEW.organisation_id, NEW.regime, NEW.reasons, NEW.details,
      NEW.hours, NEW.proposed_by_id, NEW.proposed_role, NEW.proposed_at)
     IS DISTINCT FROM
     (OLD.kind, OLD.version_id, OLD.organisation_id, OLD.regime, OLD.reasons, OLD.details,
      OLD.hours, OLD.proposed_by_id, OLD.proposed_role, OLD.proposed_at)
  OR OLD.confirmed_at IS NOT NULL
     AND (NEW.confirmed_by_id, NEW.confirmed_role, NEW.confirmed_at, NEW.valid_until)
     IS DISTINCT FROM (OLD.confirmed_by_id, OLD.confirmed_role, OLD.confirmed_at, OLD.valid_until)
  OR OLD.ended_at IS NOT NULL
     AND (NEW.ended_by_id, NEW.ended_at) IS DISTINCT FROM (OLD.ended_by_id, OLD.ended_at)
  OR OLD.reviewed_at IS NOT NULL
     AND (NEW.reviewed_by_id, NEW.reviewed_at, NEW.review_note)
     IS DISTINCT FROM (OLD.reviewed_by_id, OLD.reviewed_at, OLD.review_note)
  THEN
    RAISE EXCEPTION 'what was said of an exceptional supply never changes'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keeps_its_word BEFORE UPDATE OR DELETE ON sharing_exceptionalsupply
  FOR EACH ROW EXECUTE FUNCTION sharing_supply_keeps_its_word();
CREATE TRIGGER keeps_its_word_truncate BEFORE TRUNCATE ON sharing_exceptionalsupply
  FOR EACH STATEMENT EXECUTE FUNCTION sharing_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sharing_suppliedattestation
  FOR EACH ROW EXECUTE FUNCTION sharing_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sharing_suppliedattestation
  FOR EACH STATEMENT EXECUTE FUNCTION sharing_refuse_change();
"""
REVERSE = """
DROP TRIGGER append_only_truncate ON sharing_suppliedattestation;
DROP TRIGGER append_only ON sharing_suppliedattestation;
DROP TRIGGER keeps_its_word_truncate ON sharing_exceptionalsupply;
DROP TRIGGER keeps_its_word ON sharing_exceptionalsupply;
DROP FUNCTION sharing_supply_keeps_its_word();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('advisories', '0004_legal_words'),
        ('recipients', '0002_machine_client'),
        ('sharing', '0007_public'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ExceptionalSupply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('special_case', 'special case: a provider directly'), ('break_glass', 'necessity: another organisation'), ('statement', 'statement to the public'), ('advice', 'advice not followed: to the competent authority'), ('duty', 'duty to supply the competent authority'), ('exchange', 'necessary for the competent authority')], max_length=20)),
                ('regime', models.CharField(choices=[('WBNI_2018', 'WBNI_2018'), ('WBNI_2022', 'WBNI_2022'), ('CBW_2026', 'CBW_2026')], max_length=20)),
                ('reasons', models.JSONField()),
                ('details', models.JSONField(default=dict)),
                ('hours', models.PositiveSmallIntegerField()),
                ('proposed_role', models.CharField(choices=[('author', 'author'), ('second_reader', 'second reader'), ('duty_officer', 'duty officer'), ('legal_officer', 'legal officer'), ('registry_manager', 'registry manager'), ('security_officer', 'security officer'), ('auditor', 'auditor'), ('administrator', 'administrator without content')], max_length=20)),
                ('proposed_at', models.DateTimeField()),
                ('confirmed_role', models.CharField(blank=True, choices=[('author', 'author'), ('second_reader', 'second reader'), ('duty_officer', 'duty officer'), ('legal_officer', 'legal officer'), ('registry_manager', 'registry manager'), ('security_officer', 'security officer'), ('auditor', 'auditor'), ('administrator', 'administrator without content')], max_length=20)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('valid_until', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('reviewed_at', models.DateTimeField(blank=True, null=True)),
                ('review_note', models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name='SuppliedAttestation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
        ),
        migrations.AlterField(
            model_name='endedgrant',
            name='reason',
            field=models.CharField(choices=[('expired', 'Expired'), ('withdrawn', 'Withdrawn'), ('registry', 'Registry'), ('consent', 'Consent'), ('replaced', 'Replaced'), ('reassessed', 'Reassessed'), ('exception', 'Exception'), ('rejudged', 'Rejudged')], max_length=10),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(condition=models.Q(('outcome', 'must')), fields=['release'], name='decision_must'),
        ),
        migrations.AddField(
            model_name='exceptionalsupply',
            name='confirmed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='exceptionalsupply',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='exceptionalsupply',
            name='organisation',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='supplies', to='recipients.organisation'),
        ),
        migrations.AddField(
            model_name='exceptionalsupply',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='exceptionalsupply',
            name='reviewed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='exceptionalsupply',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='supplies', to='advisories.advisoryversion'),
        ),
        migrations.AddField(
            model_name='suppliedattestation',
            name='attestation',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='supplied', to='advisories.attestation'),
        ),
        migrations.AddField(
            model_name='suppliedattestation',
            name='supply',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attestations', to='sharing.exceptionalsupply'),
        ),
        migrations.AddConstraint(
            model_name='exceptionalsupply',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['special_case', 'break_glass', 'statement', 'advice', 'duty', 'exchange'])), name='supply_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='exceptionalsupply',
            constraint=models.CheckConstraint(condition=models.Q(('regime__in', ['WBNI_2018', 'WBNI_2022', 'CBW_2026'])), name='supply_regime_known'),
        ),
        migrations.AddConstraint(
            model_name='exceptionalsupply',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'statement'), ('organisation', None)), models.Q(models.Q(('kind', 'statement'), _negated=True), ('organisation__isnull', False)), _connector='OR'), name='supply_has_one_recipient'),
        ),
        migrations.AddConstraint(
            model_name='exceptionalsupply',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reasons', {}), _negated=True), ('hours__gt', 0)), name='supply_has_reasons'),
        ),
        migrations.AddConstraint(
            model_name='exceptionalsupply',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='supply_two_persons'),
        ),
        migrations.AddConstraint(
            model_name='exceptionalsupply',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at', None), ('confirmed_by', None), ('confirmed_role', ''), ('valid_until', None)), models.Q(('confirmed_at__gte', models.F('proposed_at')), ('confirmed_at__isnull', False), ('confirmed_by__isnull', False), ('valid_until__gt', models.F('confirmed_at')), ('valid_until__isnull', False), models.Q(('confirmed_role', ''), _negated=True)), _connector='OR'), name='supply_confirmed_until_an_end'),
        ),
        migrations.AddConstraint(
            model_name='exceptionalsupply',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until', None), models.Q(('kind__in', ['special_case', 'advice', 'exchange']), ('valid_until__lte', django.db.models.expressions.CombinedExpression(models.F('confirmed_at'), '+', models.Value(datetime.timedelta(days=30))))), ('valid_until__lte', django.db.models.expressions.CombinedExpression(models.F('confirmed_at'), '+', models.Value(datetime.timedelta(days=3)))), _connector='OR'), name='supply_no_longer_than_its_kind'),
        ),
        migrations.AddConstraint(
            model_name='exceptionalsupply',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__gte', models.F('proposed_at')), ('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='supply_ended_by_someone_after_start'),
        ),
        migrations.AddConstraint(
            model_name='exceptionalsupply',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('review_note', ''), ('reviewed_at', None), ('reviewed_by', None)), models.Q(('confirmed_at__isnull', False), ('reviewed_at__isnull', False), ('reviewed_by__isnull', False), models.Q(('review_note', ''), _negated=True), models.Q(('reviewed_by', models.F('proposed_by')), _negated=True), models.Q(('reviewed_by', models.F('confirmed_by')), _negated=True)), _connector='OR'), name='supply_reviewed_by_a_third'),
        ),
        migrations.RunSQL(SQL, REVERSE),
    ]
