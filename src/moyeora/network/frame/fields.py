"""Fields in which people type numbers as they write them: 1,234,000."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeVar
from unicodedata import normalize

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from moyeora.sharing.currency import decimals, write_amount

F = TypeVar("F", bound=forms.BaseForm)
MOST: Final = 10**15
"""More than any order comes to, and less than a database's integer holds."""

_WHOLE: Final = re.compile(r"[0-9]{1,16}")
_AROUND: Final = str.maketrans("", "", ", \u00a0원₩")


def bare(typed: Any) -> str:
    """What was typed without separators, spaces and the sign of won; digits of full width too."""
    return normalize("NFKC", str(typed)).translate(_AROUND)


class NumberField(forms.IntegerField):
    """A whole number, with thousands separators or without; shown with them."""

    widget = forms.TextInput

    def __init__(self, *, max_value: int = MOST, **options: Any) -> None:
        super().__init__(max_value=max_value, **options)

    def to_python(self, value: Any) -> int | None:
        return super().to_python(bare(value) if isinstance(value, str) else value)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) and _WHOLE.fullmatch(bare(value)):
            value = int(bare(value))
        return self.written(value) if isinstance(value, int) else value

    def written(self, value: int) -> str:
        return f"{value:,}"

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "numeric", "class": "num", "autocomplete": "off"}


class AmountField(NumberField):
    """An amount of money as people write it in its ``currency``; in Python, smallest units."""

    currency = "KRW"

    def to_python(self, value: Any) -> int | None:
        places = decimals(self.currency)
        if not places or not isinstance(value, str) or value in self.empty_values:
            return super().to_python(value)
        try:
            units = Decimal(bare(value)).scaleb(places)
        except InvalidOperation:
            units = Decimal("NaN")
        if not units.is_finite() or units != units.to_integral_value():
            raise ValidationError(
                _("Write an amount such as %(example)s."),
                params={"example": write_amount(1_234_000, self.currency)},
            )
        return int(units)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) and decimals(self.currency):
            return value
        return super().prepare_value(value)

    def written(self, value: int) -> str:
        return write_amount(value, self.currency)


def in_currency(form: F, currency: str) -> F:
    """The form with its amounts in this currency."""
    for field in form.fields.values():
        if isinstance(field, AmountField):
            field.currency = currency
    return form
