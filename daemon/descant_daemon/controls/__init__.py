"""What hands do with knobs, faders and buttons, and what goes back to them; pure, time is an argument."""
