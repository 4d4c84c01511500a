"""The acts of authoring. Each is one transaction and leaves a row in the record."""
