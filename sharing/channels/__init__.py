"""Ways out: one folder per channel, each with the same files."""
