"""JACK: every message arrives with its frame, and leaves at its frame."""
