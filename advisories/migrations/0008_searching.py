"""Words of sections and titles, in Dutch and English, for finding them again."""

from django.db import migrations

# No column: every query of a section would carry it. Of a very long text the first 60,000
# characters are indexed, for a tsvector holds a megabyte.
SQL = """
CREATE FUNCTION advisories_words(heading text, body text, data jsonb) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT to_tsvector('pg_catalog.dutch'::regconfig, said) || to_tsvector('pg_catalog.english'::regconfig, said)
    FROM (SELECT left(heading || ' ' || body || ' ' || data::text, 60000) AS said) text
$$;
CREATE INDEX section_words ON advisories_section USING gin (advisories_words(heading, body, data));
CREATE INDEX version_words ON advisories_advisoryversion
 USING gin (advisories_words(title, ''::text, '{}'::jsonb));
"""
REVERSE = """
DROP INDEX version_words;
DROP INDEX section_words;
DROP FUNCTION advisories_words(text, text, jsonb);
"""


class Migration(migrations.Migration):

    dependencies = [("advisories", "0007_iep")]

    operations = [migrations.RunSQL(SQL, REVERSE)]
