"""REST over the door, for programs. No model and no query here."""

VERSION = "1.0.0"  # semantic version of the interface, told in every answer
