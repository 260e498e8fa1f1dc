"""Who may do what in `journal`."""

PAGES = ""
API = ""
ACTIONS = ""
