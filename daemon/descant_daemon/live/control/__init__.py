"""The process that shows the status and listens to OSC, and io's end of it."""
