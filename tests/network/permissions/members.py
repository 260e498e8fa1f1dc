"""Who may do what in `members`."""

PAGES = ""
API = ""
ACTIONS = ""
