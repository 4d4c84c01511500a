"""Canary: each part of a random world carries its own string; every exit is searched for them."""
