"""PostgreSQL's own type for a network: it refuses what is no network, and GiST finds by it."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

IpNetwork = IPv4Network | IPv6Network
if TYPE_CHECKING:
    Field = models.Field[Any, Any]
else:
    Field = models.Field


class CidrField(Field):
    """Column type `cidr`; in Python an `ipaddress` network (host bits must be zero)."""

    description = "CIDR network"

    def db_type(self, connection: Any) -> str:
        return "cidr"

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> IpNetwork | None:
        return None if value is None else ip_network(str(value))

    def to_python(self, value: Any) -> IpNetwork | None:
        if value is None or isinstance(value, IPv4Network | IPv6Network):
            return value
        try:
            return ip_network(str(value))
        except ValueError as error:
            raise ValidationError(_("This is no network.")) from error

    def get_prep_value(self, value: Any) -> str | None:
        network = self.to_python(super().get_prep_value(value))
        return None if network is None else str(network)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """As text: PostgreSQL reads it as the column's type."""
        return value if prepared else self.get_prep_value(value)
