"""As plain mail: the same server, the same answers."""

from sharing.channels.email.send import is_permanent, session

__all__ = ["is_permanent", "session"]
