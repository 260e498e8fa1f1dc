"""From a business item to the consortium that does it: proposals, invitations, accepted seats."""
