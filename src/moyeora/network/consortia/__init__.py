"""Consortia: from a business item to the signed agreement."""
