"""Shared values put into the forms in which they leave: mail, and others to come."""
