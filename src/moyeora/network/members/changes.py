"""What rooms above may want to know of people, as signals, sent inside the action's transaction.

Each is sent with ``holding`` and ``act`` (:class:`moyeora.network.journal.action.Act`):

- ``office_taken``: somebody has taken an invitation. A receiver may refuse, and nothing is done.
- ``office_ended``: by the person, or by who may end it.
"""

from django.dispatch import Signal

office_taken = Signal()
office_ended = Signal()
