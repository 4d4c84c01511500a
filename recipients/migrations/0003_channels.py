"""Keys of contacts, webhook endpoints of organisations, and the order of channels."""

import django.contrib.postgres.fields
import django.db.models.deletion
import recipients.models.organisations
from django.conf import settings
from django.db import migrations, models


# What two persons looked at is what is used: another key or address is another row.
UNCHANGED = """
CREATE FUNCTION recipients_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a key or endpoint is never edited or removed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER never_edited BEFORE UPDATE OF
    contact_id, kind, fingerprint, material, expires_at, proposed_at, proposed_by_id
  ON recipients_contactkey FOR EACH ROW EXECUTE FUNCTION recipients_refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON recipients_contactkey
  FOR EACH ROW EXECUTE FUNCTION recipients_refuse_change();
CREATE TRIGGER never_edited BEFORE UPDATE OF
    organisation_id, url, host, proposed_at, proposed_by_id
  ON recipients_webhookendpoint FOR EACH ROW EXECUTE FUNCTION recipients_refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON recipients_webhookendpoint
  FOR EACH ROW EXECUTE FUNCTION recipients_refuse_change();
"""
REVERSE = """
DROP TRIGGER never_removed ON recipients_webhookendpoint;
DROP TRIGGER never_edited ON recipients_webhookendpoint;
DROP TRIGGER never_removed ON recipients_contactkey;
DROP TRIGGER never_edited ON recipients_contactkey;
DROP FUNCTION recipients_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('recipients', '0002_machine_client'),
    ]

    operations = [
        migrations.CreateModel(
            name='ContactKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('openpgp', 'OpenPGP'), ('smime', 'S/MIME')], max_length=10)),
                ('fingerprint', models.CharField(max_length=64)),
                ('material', models.BinaryField()),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('proposed_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('fault', models.CharField(blank=True, max_length=20)),
                ('checked_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='KeyReminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('days', models.PositiveSmallIntegerField()),
                ('raised_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='WebhookEndpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.URLField(max_length=500)),
                ('host', models.CharField(max_length=253)),
                ('secret', models.TextField()),
                ('old_secret', models.TextField(blank=True)),
                ('old_secret_until', models.DateTimeField(blank=True, null=True)),
                ('status', models.CharField(choices=[('proposed', 'to be confirmed'), ('challenged', 'must answer a test call'), ('active', 'in use'), ('suspended', 'suspended')], default='proposed', max_length=10)),
                ('proposed_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('suspended_at', models.DateTimeField(blank=True, null=True)),
                ('why', models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.AddField(
            model_name='contact',
            name='channels',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), db_default=models.Value(['openpgp', 'smime', 'email']), default=recipients.models.organisations.channels_by_default, size=None),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(('channels__contained_by', ['email', 'openpgp', 'smime']), ('channels__len__gte', 1)), name='contact_channels_known'),
        ),
        migrations.AddField(
            model_name='contactkey',
            name='confirmed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='contactkey',
            name='contact',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='keys', to='recipients.contact'),
        ),
        migrations.AddField(
            model_name='contactkey',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='contactkey',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='keyreminder',
            name='key',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='recipients.contactkey'),
        ),
        migrations.AddField(
            model_name='webhookendpoint',
            name='confirmed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='webhookendpoint',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='endpoints', to='recipients.organisation'),
        ),
        migrations.AddField(
            model_name='webhookendpoint',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='webhookendpoint',
            name='suspended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='contactkey',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['openpgp', 'smime'])), name='contactkey_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='contactkey',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='contactkey_four_eyes'),
        ),
        migrations.AddConstraint(
            model_name='contactkey',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at', None), ('confirmed_by', None)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR'), name='contactkey_confirmed_by_someone'),
        ),
        migrations.AddConstraint(
            model_name='contactkey',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='contactkey_ended_by_someone'),
        ),
        migrations.AddConstraint(
            model_name='contactkey',
            constraint=models.CheckConstraint(condition=models.Q(('fingerprint__regex', '^[0-9a-f]{40,64}$')), name='contactkey_fingerprint_hexadecimal'),
        ),
        migrations.AddConstraint(
            model_name='contactkey',
            constraint=models.UniqueConstraint(condition=models.Q(('confirmed_at__isnull', False), ('ended_at', None)), fields=('contact', 'kind'), name='contactkey_one_in_use'),
        ),
        migrations.AddConstraint(
            model_name='contactkey',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('contact', 'fingerprint'), name='contactkey_once'),
        ),
        migrations.AddConstraint(
            model_name='keyreminder',
            constraint=models.UniqueConstraint(fields=('key', 'days'), name='keyreminder_once'),
        ),
        migrations.AddConstraint(
            model_name='webhookendpoint',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['proposed', 'challenged', 'active', 'suspended'])), name='endpoint_status_known'),
        ),
        migrations.AddConstraint(
            model_name='webhookendpoint',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='endpoint_four_eyes'),
        ),
        migrations.AddConstraint(
            model_name='webhookendpoint',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['proposed', 'suspended']), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR'), name='endpoint_confirmed_before_use'),
        ),
        migrations.AddConstraint(
            model_name='webhookendpoint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'suspended'), ('suspended_at__isnull', False)), models.Q(models.Q(('status', 'suspended'), _negated=True), ('suspended_at', None)), _connector='OR'), name='endpoint_suspended_has_instant'),
        ),
        migrations.AddConstraint(
            model_name='webhookendpoint',
            constraint=models.CheckConstraint(condition=models.Q(('url__startswith', 'https://')), name='endpoint_encrypted_on_the_way'),
        ),
        migrations.AddConstraint(
            model_name='webhookendpoint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('old_secret', ''), ('old_secret_until', None)), models.Q(models.Q(('old_secret', ''), _negated=True), ('old_secret_until__isnull', False)), _connector='OR'), name='endpoint_old_secret_ends'),
        ),
        migrations.AddConstraint(
            model_name='webhookendpoint',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'suspended'), _negated=True), fields=('organisation', 'url'), name='endpoint_once'),
        ),
        migrations.RunSQL(UNCHANGED, REVERSE),
    ]
