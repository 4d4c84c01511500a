"""A CMS message as a MIME entity (RFC 8551 §3.2). Imports no Django."""

from __future__ import annotations

from base64 import encodebytes


def entity(kind: str, der: bytes) -> bytes:
    head = (
        f'Content-Type: application/pkcs7-mime; smime-type={kind}; name="smime.p7m"\r\n'
        "Content-Transfer-Encoding: base64\r\n"
        'Content-Disposition: attachment; filename="smime.p7m"\r\n'
        "\r\n"
    )
    return head.encode("ascii") + encodebytes(der).replace(b"\n", b"\r\n")
