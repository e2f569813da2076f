"""The model card: what a registered version is, learnt from, is worth, and must not be used for."""
