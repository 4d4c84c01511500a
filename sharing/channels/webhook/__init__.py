"""A call to an organisation's own endpoint (Standard Webhooks), over TLS to a checked address."""
