"""S/MIME (RFC 8551), signed and encrypted."""
