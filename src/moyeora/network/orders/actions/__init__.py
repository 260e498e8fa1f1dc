"""What may be done for an order."""
