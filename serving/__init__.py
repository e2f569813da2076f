"""The service that answers with scores."""
