"""Benchmarks: what the product does on a user's own file, beside named peers, in the same run."""
