"""The acts of sharing. Each is one transaction, and nothing leaves the machine inside it."""
