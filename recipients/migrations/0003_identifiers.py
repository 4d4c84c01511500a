"""By what an organisation can be recognised. A row is ended once and changes in nothing else."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
import recipients.models.networks
from django.conf import settings
from django.db import migrations, models


SQL = """
CREATE FUNCTION recipients_refuse_identifier_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL
     OR to_jsonb(NEW) - 'ended_at' - 'ended_by_id' IS DISTINCT FROM to_jsonb(OLD) - 'ended_at' - 'ended_by_id'
  THEN
    RAISE EXCEPTION 'an identifier is ended, never changed' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ended_never_changed BEFORE UPDATE OR DELETE ON recipients_alias
  FOR EACH ROW EXECUTE FUNCTION recipients_refuse_identifier_change();
CREATE TRIGGER ended_never_changed BEFORE UPDATE OR DELETE ON recipients_domain
  FOR EACH ROW EXECUTE FUNCTION recipients_refuse_identifier_change();
CREATE TRIGGER ended_never_changed BEFORE UPDATE OR DELETE ON recipients_network
  FOR EACH ROW EXECUTE FUNCTION recipients_refuse_identifier_change();
CREATE TRIGGER ended_never_changed BEFORE UPDATE OR DELETE ON recipients_autonomoussystem
  FOR EACH ROW EXECUTE FUNCTION recipients_refuse_identifier_change();
"""
REVERSE = """
DROP TRIGGER ended_never_changed ON recipients_alias;
DROP TRIGGER ended_never_changed ON recipients_domain;
DROP TRIGGER ended_never_changed ON recipients_network;
DROP TRIGGER ended_never_changed ON recipients_autonomoussystem;
DROP FUNCTION recipients_refuse_identifier_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('recipients', '0002_machine_client'),
    ]

    operations = [
        migrations.CreateModel(
            name='Alias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('name', models.CharField(max_length=200, verbose_name='other name')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_set', to='recipients.organisation')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__gte', models.F('recorded_at')), ('ended_by__isnull', False)), _connector='OR'), name='alias_ended_by_someone'), models.CheckConstraint(condition=models.Q(('name__regex', '^\\S+( \\S+)*$'), ('name__regex', '[[:alnum:]].*[[:alnum:]]')), name='alias_one_line_of_two_letters'), models.UniqueConstraint(models.F('organisation'), django.db.models.functions.text.Lower('name'), condition=models.Q(('ended_at', None)), name='alias_once')],
            },
        ),
        migrations.CreateModel(
            name='AutonomousSystem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('number', models.BigIntegerField(verbose_name='AS number')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_set', to='recipients.organisation')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__gte', models.F('recorded_at')), ('ended_by__isnull', False)), _connector='OR'), name='autonomoussystem_ended_by_someone'), models.CheckConstraint(condition=models.Q(('number__gte', 1), ('number__lt', 4294967296)), name='as_number_in_range'), models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('organisation', 'number'), name='as_number_once')],
            },
        ),
        migrations.CreateModel(
            name='Domain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('name', models.CharField(max_length=253, verbose_name='domain')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_set', to='recipients.organisation')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__gte', models.F('recorded_at')), ('ended_by__isnull', False)), _connector='OR'), name='domain_ended_by_someone'), models.CheckConstraint(condition=models.Q(('name__regex', '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$')), name='domain_lower_case_punycode'), models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('organisation', 'name'), name='domain_once')],
            },
        ),
        migrations.CreateModel(
            name='Network',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('prefix', recipients.models.networks.CidrField(verbose_name='network')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_set', to='recipients.organisation')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.GistIndex(fields=['prefix'], name='network_contains', opclasses=['inet_ops'])],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__gte', models.F('recorded_at')), ('ended_by__isnull', False)), _connector='OR'), name='network_ended_by_someone'), models.CheckConstraint(condition=django.db.models.lookups.GreaterThanOrEqual(models.Func('prefix', function='masklen', output_field=models.IntegerField()), 8), name='network_not_the_world'), models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('organisation', 'prefix'), name='network_once')],
            },
        ),
        migrations.RunSQL(SQL, REVERSE),
    ]
