"""What may be done with firms, offers, people, bank accounts; each with its journal entry."""
