"""Releases say under which law they stand; reassessments."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def as_released(apps: Any, schema_editor: Any) -> None:
    """Until now nothing was assessed again: a release stands under the law of its day."""
    apps.get_model("sharing", "Release").objects.update(stands_under=F("regime"))


APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sharing_reassessedrelease
  FOR EACH ROW EXECUTE FUNCTION sharing_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sharing_reassessedrelease
  FOR EACH STATEMENT EXECUTE FUNCTION sharing_refuse_change();
"""
REVERSE = """
DROP TRIGGER append_only ON sharing_reassessedrelease;
DROP TRIGGER append_only_truncate ON sharing_reassessedrelease;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('sharing', '0002_no_grant_without_ground'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='release',
            name='stands_under',
            field=models.CharField(choices=[('WBNI_2018', 'WBNI_2018'), ('WBNI_2022', 'WBNI_2022'), ('CBW_2026', 'CBW_2026')], default='', max_length=20),
            preserve_default=False,
        ),
        migrations.RunPython(as_released, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='endedgrant',
            name='reason',
            field=models.CharField(choices=[('expired', 'Expired'), ('withdrawn', 'Withdrawn'), ('registry', 'Registry'), ('consent', 'Consent'), ('replaced', 'Replaced'), ('reassessed', 'Reassessed'), ('rejudged', 'Rejudged')], max_length=10),
        ),
        migrations.CreateModel(
            name='Reassessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('regime', models.CharField(choices=[('WBNI_2018', 'WBNI_2018'), ('WBNI_2022', 'WBNI_2022'), ('CBW_2026', 'CBW_2026')], max_length=20)),
                ('reason', models.TextField()),
                ('proposed_at', models.DateTimeField()),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ReassessedRelease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('gained', models.PositiveIntegerField()),
                ('lost', models.PositiveIntegerField()),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reassessments', to='sharing.release')),
                ('reassessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='sharing.reassessment')),
            ],
        ),
        migrations.AddConstraint(
            model_name='reassessment',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(('approved_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='reassessment_four_eyes'),
        ),
        migrations.AddConstraint(
            model_name='reassessment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', None)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='reassessment_approved_by_someone'),
        ),
        migrations.AddConstraint(
            model_name='reassessment',
            constraint=models.CheckConstraint(condition=models.Q(('finished_at', None), ('approved_at__isnull', False), _connector='OR'), name='reassessment_approved_before_finished'),
        ),
        migrations.AddConstraint(
            model_name='reassessment',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='reassessment_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='reassessment',
            constraint=models.CheckConstraint(condition=models.Q(('regime__in', ['WBNI_2018', 'WBNI_2022', 'CBW_2026'])), name='reassessment_regime_known'),
        ),
        migrations.AddConstraint(
            model_name='reassessment',
            constraint=models.UniqueConstraint(condition=models.Q(('finished_at', None)), fields=('regime',), name='reassessment_one_open'),
        ),
        migrations.AddConstraint(
            model_name='reassessedrelease',
            constraint=models.UniqueConstraint(fields=('reassessment', 'release'), name='reassessed_release_once'),
        ),
        migrations.RunSQL(APPEND_ONLY, REVERSE),
    ]
