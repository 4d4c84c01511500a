"""Objects by their ids, and what partners bring: received bytes stay as they were received."""

import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


KEEP = """
CREATE FUNCTION sharing_keep_received() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' OR (OLD.id, OLD.client_id, OLD.sha256, OLD.received, OLD.received_at,
                           OLD.objects_received)
       IS DISTINCT FROM (NEW.id, NEW.client_id, NEW.sha256, NEW.received, NEW.received_at,
                         NEW.objects_received) THEN
    RAISE EXCEPTION 'what was received stays' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER received_stays BEFORE UPDATE OR DELETE ON sharing_intakeitem
  FOR EACH ROW EXECUTE FUNCTION sharing_keep_received();
CREATE TRIGGER received_stays_truncate BEFORE TRUNCATE ON sharing_intakeitem
  FOR EACH STATEMENT EXECUTE FUNCTION sharing_keep_received();
"""
REVERSE = """
DROP TRIGGER received_stays ON sharing_intakeitem;
DROP TRIGGER received_stays_truncate ON sharing_intakeitem;
DROP FUNCTION sharing_keep_received();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('advisories', '0009_section_lineage'),
        ('recipients', '0004_consent_signatory'),
        ('sharing', '0012_feed_added_at'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ServedObject',
            fields=[
                ('object_id', models.CharField(max_length=100, primary_key=True, serialize=False)),
                ('advisory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='advisories.advisory')),
            ],
        ),
        migrations.CreateModel(
            name='IntakeItem',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('sha256', models.CharField(max_length=64)),
                ('received', models.BinaryField()),
                ('received_at', models.DateTimeField()),
                ('objects_received', django.contrib.postgres.fields.ArrayField(base_field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=150), size=2), size=None)),
                ('status', models.CharField(choices=[('waiting', 'waiting'), ('drafted', 'made into a draft'), ('dismissed', 'set aside')], default='waiting', max_length=10)),
                ('handled_at', models.DateTimeField(blank=True, null=True)),
                ('flags', models.JSONField(blank=True, default=list)),
                ('reason', models.TextField(blank=True)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='intake', to='recipients.machineclient')),
                ('handled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='intake', to='advisories.advisoryversion')),
            ],
            options={
                'ordering': ['received_at'],
                'indexes': [models.Index(condition=models.Q(('status', 'waiting')), fields=['received_at'], name='intake_waiting')],
                'constraints': [models.UniqueConstraint(fields=('client', 'sha256'), name='intake_once_per_client'), models.CheckConstraint(condition=models.Q(('status__in', ['waiting', 'drafted', 'dismissed'])), name='intake_status_known'), models.CheckConstraint(condition=models.Q(models.Q(('handled_at', None), ('handled_by', None), ('status', 'waiting')), models.Q(models.Q(('status', 'waiting'), _negated=True), ('handled_by__isnull', False), ('handled_at__gte', models.F('received_at'))), _connector='OR'), name='intake_handled_by_someone'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'dismissed'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='intake_dismissed_with_reason')],
            },
        ),
        migrations.RunSQL(KEEP, REVERSE),
    ]
