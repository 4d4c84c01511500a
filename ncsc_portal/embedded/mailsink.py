"""An SMTP server that keeps every message in a maildir and sends none on.

Run as `python -m ncsc_portal.embedded.mailsink FD FOLDER`, FD being a listening socket.
"""

import asyncio
import os
import secrets
import signal
import socket
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST = 32 * 1024 * 1024  # bytes in a message


class Maildir:
    """Each message is one file in new/, complete from the moment that it is there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("tmp", "new", "cur"):
            (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        name = f"{time.time_ns()}.{secrets.token_hex(4)}.portal"
        to = ", ".join(envelope.rcpt_tos)
        head = f"Return-Path: <{envelope.mail_from}>\r\nX-Envelope-To: {to}\r\n".encode()
        content = envelope.content
        body = content if isinstance(content, bytes) else str(content or "").encode()
        (self.folder / "tmp" / name).write_bytes(head + body)
        os.rename(self.folder / "tmp" / name, self.folder / "new" / name)
        return "250 2.0.0 kept"


async def serve(listener: socket.socket, folder: Path) -> None:
    loop = asyncio.get_running_loop()
    kept = Maildir(folder)
    server = await loop.create_server(
        lambda: SMTP(kept, hostname="sink.example", data_size_limit=LARGEST, loop=loop),
        sock=listener,
    )
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    await over.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])))
