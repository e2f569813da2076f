"""The bench: tables and figures that the notebooks show, and a home to practise in."""
