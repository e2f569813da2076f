"""Estimators and statistics; the artifacts they leave live in the registry."""
