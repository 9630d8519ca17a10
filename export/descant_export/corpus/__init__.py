"""Corpora: from scores to pieces of note state, cached."""
