"""What comes in by the cables, what passes, and what goes out."""
