"""The public: an hour of its reading, and an alarm for what is not TLP:CLEAR."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('advisories', '0004_legal_words'),
        ('sharing', '0006_onward'),
    ]

    operations = [
        migrations.AddField(
            model_name='alarm',
            name='release',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='alarms', to='sharing.release'),
        ),
        migrations.AlterField(
            model_name='alarm',
            name='kind',
            field=models.CharField(choices=[('verdict_differs', 'a grant differs from what the law says'), ('delivery_failed', 'a message could not be handed over'), ('must_overdue', 'a legal duty to supply is overdue'), ('public_not_clear', 'something not TLP:CLEAR was kept from the public')], max_length=20),
        ),
        migrations.CreateModel(
            name='PublicReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField()),
                ('version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='advisories.advisoryversion')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('version', 'hour'), name='public_reading_once_an_hour')],
            },
        ),
    ]
