"""The doors of the `redress` command that lead to jobs: parse, call one function, report."""
