"""A drill: what would have been sent is written to a folder, and nobody is told."""
