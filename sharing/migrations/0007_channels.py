"""Deliveries by more channels than plain mail."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('recipients', '0003_channels'),
        ('sharing', '0006_onward'),
    ]

    operations = [
        migrations.CreateModel(
            name='Circuit',
            fields=[
                ('host', models.CharField(max_length=253, primary_key=True, serialize=False)),
                ('failures', models.PositiveIntegerField()),
                ('open_until', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='delivery',
            name='endpoint',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='recipients.webhookendpoint'),
        ),
        migrations.AddField(
            model_name='deliveryattempt',
            name='channel',
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AlterField(
            model_name='alarm',
            name='kind',
            field=models.CharField(choices=[('verdict_differs', 'Verdict Differs'), ('delivery_failed', 'Delivery Failed'), ('must_overdue', 'Must Overdue'), ('key_unusable', 'Key Unusable'), ('key_expires', 'Key Expires'), ('endpoint_ails', 'Endpoint Ails')], max_length=20),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='channel',
            field=models.CharField(choices=[('email', 'Email'), ('openpgp', 'Openpgp'), ('smime', 'Smime'), ('webhook', 'Webhook'), ('file', 'File')], default='email', max_length=10),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='contact',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='recipients.contact'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(condition=models.Q(('endpoint__isnull', False)), fields=('release', 'endpoint', 'kind'), name='delivery_once_per_endpoint'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('channel', 'webhook'), ('contact', None), ('endpoint__isnull', False)), models.Q(('channel__in', ['email', 'openpgp', 'smime']), ('contact__isnull', False), ('endpoint', None)), models.Q(('channel', 'file'), models.Q(models.Q(('contact__isnull', False), ('endpoint', None)), models.Q(('contact', None), ('endpoint__isnull', False)), _connector='OR')), _connector='OR'), name='delivery_channel_has_its_addressee'),
        ),
    ]
