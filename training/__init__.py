"""Jobs: sample, ingest, fit, measure, promote."""
