"""The outbox's workforce: claim what is due, judge again, hand over, settle."""
