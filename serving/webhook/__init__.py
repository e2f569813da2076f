"""The signed webhook: messages of the outbox are sent until they are taken, or a day has passed."""
