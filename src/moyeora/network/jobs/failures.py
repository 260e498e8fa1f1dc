"""What a failed job says to whoever started it: what is wrong and what to do now.

A failure is the text of our own error, in the language of who started the job, or one of these
codes. The text of an unknown error is never shown: it can hold anybody's data.
"""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

BROKEN: Final = "broken"
GIVEN_UP: Final = "given-up"

_REMEDIES: Final[dict[str, Any]] = {
    BROKEN: _(
        "Something went wrong that is our mistake; nothing was changed. Try again. If it happens "
        "again, tell the association the number of this task."
    ),
    GIVEN_UP: _(
        "The task was begun several times and its program ended each time, perhaps for want of "
        "memory. Try again with less at once, or tell the association the number of this task."
    ),
}


def remedy(failure: str) -> str:
    """What the page says."""
    return str(_REMEDIES.get(failure, failure))
