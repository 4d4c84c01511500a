"""A released version, its sections, markings and attestations never change."""

from django.db import migrations

SQL = """
CREATE FUNCTION advisories_refuse_version_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status IN ('released', 'withdrawn') THEN
    IF TG_OP = 'DELETE'
       OR to_jsonb(NEW) - 'status' - 'withdrawn_at' IS DISTINCT FROM to_jsonb(OLD) - 'status' - 'withdrawn_at'
       OR (OLD.status, NEW.status) NOT IN (('released', 'released'), ('released', 'withdrawn'), ('withdrawn', 'withdrawn'))
    THEN
      RAISE EXCEPTION 'a released version never changes' USING ERRCODE = 'restrict_violation';
    END IF;
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER released_never_changes BEFORE UPDATE OR DELETE ON advisories_advisoryversion
  FOR EACH ROW EXECUTE FUNCTION advisories_refuse_version_change();

CREATE FUNCTION advisories_refuse_section_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  affected bigint[];
BEGIN
  IF TG_TABLE_NAME = 'advisories_section' THEN
    affected := ARRAY[CASE WHEN TG_OP <> 'INSERT' THEN OLD.version_id END,
                      CASE WHEN TG_OP <> 'DELETE' THEN NEW.version_id END];
  ELSIF TG_TABLE_NAME = 'advisories_marking' THEN
    affected := ARRAY(SELECT version_id FROM advisories_section WHERE id IN (
      CASE WHEN TG_OP <> 'INSERT' THEN OLD.section_id END,
      CASE WHEN TG_OP <> 'DELETE' THEN NEW.section_id END));
  ELSE
    affected := ARRAY(SELECT version_id FROM advisories_section WHERE id IN (
      CASE WHEN TG_OP <> 'INSERT' THEN OLD.marking_id END,
      CASE WHEN TG_OP <> 'DELETE' THEN NEW.marking_id END));
  END IF;
  IF EXISTS (SELECT FROM advisories_advisoryversion
             WHERE id = ANY(affected) AND status IN ('released', 'withdrawn')) THEN
    RAISE EXCEPTION 'a released version never changes' USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER released_never_changes BEFORE INSERT OR UPDATE OR DELETE ON advisories_section
  FOR EACH ROW EXECUTE FUNCTION advisories_refuse_section_change();
CREATE TRIGGER released_never_changes BEFORE INSERT OR UPDATE OR DELETE ON advisories_marking
  FOR EACH ROW EXECUTE FUNCTION advisories_refuse_section_change();
CREATE TRIGGER released_never_changes BEFORE INSERT OR UPDATE OR DELETE ON advisories_markedorganisation
  FOR EACH ROW EXECUTE FUNCTION advisories_refuse_section_change();

CREATE FUNCTION advisories_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON advisories_attestation
  FOR EACH ROW EXECUTE FUNCTION advisories_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON advisories_attestation
  FOR EACH STATEMENT EXECUTE FUNCTION advisories_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON advisories_importeddocument
  FOR EACH ROW EXECUTE FUNCTION advisories_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON advisories_importeddocument
  FOR EACH STATEMENT EXECUTE FUNCTION advisories_refuse_change();
"""

REVERSE = """
DROP TRIGGER append_only_truncate ON advisories_importeddocument;
DROP TRIGGER append_only ON advisories_importeddocument;
DROP TRIGGER append_only_truncate ON advisories_attestation;
DROP TRIGGER append_only ON advisories_attestation;
DROP FUNCTION advisories_refuse_change();
DROP TRIGGER released_never_changes ON advisories_markedorganisation;
DROP TRIGGER released_never_changes ON advisories_marking;
DROP TRIGGER released_never_changes ON advisories_section;
DROP FUNCTION advisories_refuse_section_change();
DROP TRIGGER released_never_changes ON advisories_advisoryversion;
DROP FUNCTION advisories_refuse_version_change();
"""


class Migration(migrations.Migration):
    dependencies = [("advisories", "0001_initial")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
