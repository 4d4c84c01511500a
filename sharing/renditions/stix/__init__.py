"""STIX 2.1 from a `Shared` value. An object is what one set of permitted sections makes of it: equal
sets give equal bytes, and no byte of one set hangs on what another holds (ADR 0015)."""

from sharing.renditions.stix.advisory import render
from sharing.renditions.stix.common import Rendered, instant
from sharing.renditions.stix.statics import statics

__all__ = ["Rendered", "instant", "render", "statics"]
