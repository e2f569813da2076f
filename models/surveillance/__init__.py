"""Surveillance of count series: whether the last count is more than chance allows."""
