"""PGP/MIME (RFC 3156), signed and encrypted."""
