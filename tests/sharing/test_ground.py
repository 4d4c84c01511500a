"""What the database itself refuses."""

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection

pytestmark = pytest.mark.django_db


def test_the_application_role_is_no_superuser_and_does_not_bypass_row_security() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)


def test_a_generic_object_permission_is_refused_by_the_database() -> None:
    group = Group.objects.create(name="anyone")
    with pytest.raises(DatabaseError, match="by decision only"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO guardian_groupobjectpermission"
            " (permission_id, content_type_id, object_pk, group_id)"
            " SELECT id, content_type_id, '1', %s FROM auth_permission LIMIT 1",
            [group.pk],
        )
