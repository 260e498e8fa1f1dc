"""Who may do what in `consortia`."""

PAGES = ""
API = ""
ACTIONS = ""
