"""What the engine is asked, how it is to choose, and how its answer comes to sound."""
