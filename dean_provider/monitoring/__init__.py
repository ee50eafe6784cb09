"""What is watched: one process asks every service again and again, all keep what was found, as figures over time."""
