"""A `Shared` as a CSAF document (OASIS CSAF 2.0 and 2.1), valid on its own.

Everything in it is a function of what the reader may see and of nothing else: with or without a
section that the reader may not see, the document is the same, byte for byte (ADR 0014).
"""

from sharing.renditions.csaf.document import Publisher, Rendered, render
from sharing.renditions.csaf.editions import EDITIONS, V20, V21, Edition

__all__ = ["EDITIONS", "V20", "V21", "Edition", "Publisher", "Rendered", "render"]
