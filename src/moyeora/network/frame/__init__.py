"""The frame that all rooms stand in: who acts, what can go wrong, how every page looks."""
