"""What a take looks and sounds like: a piano-roll picture, and audio where a synthesiser is installed."""
