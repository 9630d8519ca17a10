"""What joins processes: memory that they share, bells, and which goes first."""
