"""Plain mail over SMTP."""
