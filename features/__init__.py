"""The appeal, and what was known when it was filed."""
