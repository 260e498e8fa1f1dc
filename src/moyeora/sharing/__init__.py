"""Who gets what, exact to the last won, and why."""
