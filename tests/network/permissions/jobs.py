"""Who may do what in `jobs`."""

PAGES = ""
API = ""
ACTIONS = ""
