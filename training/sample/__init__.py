"""A made-up marketplace: its sellers, its mistakes, its reviewers, and what sellers write."""
