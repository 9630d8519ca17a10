"""The effect, pure: events and time in, timed messages and questions to the engine out."""
