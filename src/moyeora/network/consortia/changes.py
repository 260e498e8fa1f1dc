"""What others may want to know of a consortium, as signals, sent inside the action's transaction.

Each is sent with ``consortium`` and ``act`` (:class:`moyeora.network.journal.action.Act`):

- ``seats_settled``: every need is covered by accepted seats; ``seats`` are the accepted ones. Sent
  when the consortium first stands, and again when a replacement has been accepted.
- ``ballot_closed``: ``ballot`` was carried or lost.
- ``member_left``: ``firm`` has left; ``seats`` are those it gave up, each with its ``done``.
"""

from django.dispatch import Signal

seats_settled = Signal()
ballot_closed = Signal()
member_left = Signal()
