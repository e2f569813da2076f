"""Measurements of the service itself."""
