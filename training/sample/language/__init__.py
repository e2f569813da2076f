"""What sellers write: one grammar a language, and the dice that walk through it."""
