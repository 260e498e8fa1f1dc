"""The pages of an order: for the firms (:mod:`.order`, :mod:`.mailing`) and for the customer."""
