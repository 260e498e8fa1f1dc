"""The Korean business registration number (사업자등록번호), with its check digit.

Ten digits, written 000-00-00000. The last is checked by the rule that the National Tax Service
uses: the first nine digits weighted 1 3 7 1 3 7 1 3 5, the tens of the ninth product added once
more, and the sum filled up to a multiple of ten. (python-stdnum knows no check digit, and refuses
tax offices that it has not heard of.)
"""

import re
from typing import Final

from django.utils.translation import gettext as _

from moyeora.network.frame.faults import Fault

WEIGHTS: Final = (1, 3, 7, 1, 3, 7, 1, 3, 5)


def check_digit(nine: str) -> str:
    """The tenth digit for the first nine."""
    digits = [int(digit) for digit in nine]
    total = sum(digit * weight for digit, weight in zip(digits, WEIGHTS, strict=True))
    return str(-(total + digits[8] * 5 // 10) % 10)


def read_number(written: str, field: str = "number") -> str | Fault:
    """The number as 000-00-00000, or what is wrong with what was written."""
    digits = re.sub(r"[\s-]", "", written)
    if not re.fullmatch(r"[0-9]{10}", digits):
        return Fault(
            field,
            _("“%(written)s” is not a business number.") % {"written": written[:40]},
            _("Write its ten digits, such as 281-97-27990."),
            code="number-format",
        )
    if check_digit(digits[:9]) != digits[9]:
        return Fault(
            field,
            _("The check digit of %(written)s is wrong: a digit was mistyped.")
            % {"written": written[:40]},
            _("Compare it with the business registration certificate."),
            code="number-check-digit",
        )
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"
