"""The map of ties: who worked with whom."""
