"""What constraints of one table cannot say: grants rest on lawful decisions; the record only grows."""

from django.db import migrations

APPEND_ONLY = (
    "sharing_decision",
    "sharing_factsheet",
    "sharing_endedgrant",
    "sharing_feedevent",
    "sharing_deliveryattempt",
)
GENERIC = ("guardian_groupobjectpermission", "guardian_userobjectpermission")

SQL = """
ALTER TABLE sharing_grant ADD CONSTRAINT grant_outcome_is_the_decisions
  FOREIGN KEY (decision_id, outcome) REFERENCES sharing_decision (id, outcome);
ALTER TABLE sharing_personalgrant ADD CONSTRAINT personal_grant_outcome_is_the_decisions
  FOREIGN KEY (decision_id, outcome) REFERENCES sharing_decision (id, outcome);
CREATE FUNCTION sharing_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION sharing_refuse_generic_permission() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'object permissions are granted by decision only' USING ERRCODE = 'restrict_violation';
END $$;
""" + "".join(
    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION sharing_refuse_change();\n"
    f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION sharing_refuse_change();\n"
    for table in APPEND_ONLY
) + "".join(
    f"CREATE TRIGGER by_decision_only BEFORE INSERT OR UPDATE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION sharing_refuse_generic_permission();\n"
    for table in GENERIC
)

REVERSE = "".join(
    f"DROP TRIGGER by_decision_only ON {table};\n" for table in GENERIC
) + "".join(
    f"DROP TRIGGER append_only ON {table};\nDROP TRIGGER append_only_truncate ON {table};\n"
    for table in APPEND_ONLY
) + """
DROP FUNCTION sharing_refuse_generic_permission();
DROP FUNCTION sharing_refuse_change();
ALTER TABLE sharing_personalgrant DROP CONSTRAINT personal_grant_outcome_is_the_decisions;
ALTER TABLE sharing_grant DROP CONSTRAINT grant_outcome_is_the_decisions;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("sharing", "0001_initial"),
        ("guardian", "0001_initial"),
    ]
    operations = [migrations.RunSQL(SQL, REVERSE)]
