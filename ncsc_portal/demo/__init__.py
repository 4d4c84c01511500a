"""The demonstration: a fictional registry, and the main job played once. No real name or address."""
