"""When an event was added to the feed: an instant that rises with its position."""

from django.db import migrations, models

# The running maximum of what is left when each row's own share of steps is taken off.
FILL = """
ALTER TABLE sharing_feedevent DISABLE TRIGGER append_only;
UPDATE sharing_feedevent f SET added_at = filled.added_at FROM (
  SELECT position,
         max(at - n * interval '10 milliseconds') OVER (ORDER BY position)
           + n * interval '10 milliseconds' AS added_at
    FROM (SELECT position, at, row_number() OVER (ORDER BY position) AS n
            FROM sharing_feedevent) numbered
) filled WHERE filled.position = f.position;
ALTER TABLE sharing_feedevent ENABLE TRIGGER append_only;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('sharing', '0011_csaf_documents'),
    ]

    operations = [
        migrations.AddField(
            model_name='feedevent',
            name='added_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='feedevent',
            name='added_at',
            field=models.DateTimeField(unique=True),
        ),
    ]
