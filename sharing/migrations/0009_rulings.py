"""Decisions of legal affairs; messages that a later act owes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# A ruling is confirmed once and ended once; nothing else about it changes, and none is removed.
KEPT = """
CREATE FUNCTION sharing_ruling_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ends CONSTANT text[] := ARRAY['confirmed_by_id', 'confirmed_at', 'ended_by_id', 'ended_at'];
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NOT EXISTS (SELECT FROM advisories_section s
                    WHERE s.id = NEW.section_id AND s.version_id = NEW.version_id) THEN
      RAISE EXCEPTION 'a ruling is about a section of its version'
        USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF to_jsonb(NEW) - ends <> to_jsonb(OLD) - ends
     OR OLD.ended_at IS NOT NULL
     OR (OLD.confirmed_at IS NOT NULL
         AND (NEW.confirmed_at, NEW.confirmed_by_id) IS DISTINCT FROM
             (OLD.confirmed_at, OLD.confirmed_by_id))
     OR (NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at AND NEW.ended_at IS NOT NULL) THEN
    RAISE EXCEPTION 'a ruling is confirmed once and ended once, and changes in nothing else'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ruling_kept BEFORE INSERT OR UPDATE ON sharing_legalruling
  FOR EACH ROW EXECUTE FUNCTION sharing_ruling_kept();
CREATE TRIGGER never_removed BEFORE DELETE ON sharing_legalruling
  FOR EACH ROW EXECUTE FUNCTION sharing_refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON sharing_legalruling
  FOR EACH STATEMENT EXECUTE FUNCTION sharing_refuse_change();
"""
REVERSE = """
DROP TRIGGER ruling_kept ON sharing_legalruling;
DROP TRIGGER never_removed ON sharing_legalruling;
DROP TRIGGER never_truncated ON sharing_legalruling;
DROP FUNCTION sharing_ruling_kept();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('advisories', '0004_legal_words'),
        ('recipients', '0004_consent_signatory'),
        ('sharing', '0008_exceptional_supply'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LegalRuling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('regime', models.CharField(choices=[('WBNI_2018', 'WBNI_2018'), ('WBNI_2022', 'WBNI_2022'), ('CBW_2026', 'CBW_2026')], max_length=20)),
                ('digest', models.CharField(max_length=64)),
                ('allows', models.BooleanField()),
                ('reason', models.TextField()),
                ('evidence', models.CharField(blank=True, max_length=500)),
                ('decided_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('valid_until', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='delivery',
            name='delivery_once_per_contact',
        ),
        migrations.RemoveConstraint(
            model_name='delivery',
            name='delivery_kind_known',
        ),
        migrations.AddField(
            model_name='delivery',
            name='occasion',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='kind',
            field=models.CharField(choices=[('notice', 'Notice'), ('withdrawal', 'Withdrawal'), ('widened', 'Widened'), ('narrowed', 'Narrowed')], default='notice', max_length=10),
        ),
        migrations.AlterField(
            model_name='endedgrant',
            name='reason',
            field=models.CharField(choices=[('expired', 'Expired'), ('withdrawn', 'Withdrawn'), ('registry', 'Registry'), ('consent', 'Consent'), ('ruling', 'Ruling'), ('replaced', 'Replaced'), ('reassessed', 'Reassessed'), ('exception', 'Exception'), ('rejudged', 'Rejudged')], max_length=10),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(condition=models.Q(('outcome', 'manual')), fields=['release'], name='decision_manual'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('release', 'contact', 'channel', 'kind', 'occasion'), name='delivery_once_per_contact', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['notice', 'withdrawal']), ('occasion', None)), models.Q(('kind__in', ['widened', 'narrowed']), ('occasion__isnull', False)), _connector='OR'), name='delivery_later_has_occasion'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['notice', 'withdrawal', 'widened', 'narrowed'])), name='delivery_kind_known'),
        ),
        migrations.AddField(
            model_name='legalruling',
            name='confirmed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='legalruling',
            name='decided_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='legalruling',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='legalruling',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rulings', to='recipients.organisation'),
        ),
        migrations.AddField(
            model_name='legalruling',
            name='section',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rulings', to='advisories.section'),
        ),
        migrations.AddField(
            model_name='legalruling',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rulings', to='advisories.advisoryversion'),
        ),
        migrations.AddConstraint(
            model_name='legalruling',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('section', 'organisation', 'regime'), name='ruling_one_standing'),
        ),
        migrations.AddConstraint(
            model_name='legalruling',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('decided_by')), _negated=True), _connector='OR'), name='ruling_four_eyes'),
        ),
        migrations.AddConstraint(
            model_name='legalruling',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at', None), ('confirmed_by', None)), models.Q(('allows', True), ('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR'), name='ruling_confirmed_by_someone'),
        ),
        migrations.AddConstraint(
            model_name='legalruling',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='ruling_ended_by_someone'),
        ),
        migrations.AddConstraint(
            model_name='legalruling',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='ruling_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='legalruling',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until', None), ('valid_until__gt', models.F('decided_at')), _connector='OR'), name='ruling_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='legalruling',
            constraint=models.CheckConstraint(condition=models.Q(('regime__in', ['WBNI_2018', 'WBNI_2022', 'CBW_2026'])), name='ruling_regime_known'),
        ),
        migrations.RunSQL(KEPT, REVERSE),
    ]
