"""Turning rulings into decisions, grants, memberships and feed events. Called by the services,
and by the sweep when time alone changes something. Never by an edge."""
