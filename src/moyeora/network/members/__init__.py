"""Members: firms, the people who act for them, what they offer, and how they are found."""
