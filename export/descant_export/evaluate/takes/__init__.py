"""Music to be heard and judged side by side: takes of a style, human pieces, and a baseline."""
