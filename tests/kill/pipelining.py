"""The portal's mail sink as a server that takes commands ahead of its answers (RFC 2920).

Run as `python -m tests.kill.pipelining FD FOLDER`. It answers as the sink does.
"""

import asyncio
import socket
import sys
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

from ncsc_portal.embedded import mailsink


class Pipelining(mailsink.Maildir):
    """Says that it does; aiosmtpd can, and keeps silent about it."""

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [responses[0], "250-PIPELINING", *responses[1:]]


if __name__ == "__main__":
    mailsink.Maildir = Pipelining  # type: ignore[misc]  # in this process alone
    asyncio.run(mailsink.serve(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])))
