"""Orders: from the customer's contract to what was delivered, accepted and invoiced."""
