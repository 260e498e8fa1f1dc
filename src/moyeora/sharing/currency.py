"""Currencies: how many decimals an amount is written with (ISO 4217).

Amounts are integers of the smallest unit everywhere; only people see the decimals.
"""

from typing import Final

# ISO 4217:2015 "minor unit": how many decimals, and which currencies have them.
_BY_DECIMALS: Final = {
    0: "CLP ISK JPY KRW PYG UGX VND XAF XOF",
    2: "AED AUD BRL CAD CHF CNY CZK DKK EGP EUR GBP HKD HUF IDR ILS INR KZT MXN MYR NOK NZD PEN "
    "PHP PLN QAR RON SAR SEK SGD THB TRY TWD UAH USD UYU UZS ZAR",
    3: "BHD IQD JOD KWD LYD OMR TND",
}
_DECIMALS: Final = {
    name: places for places, names in _BY_DECIMALS.items() for name in names.split()
}
CURRENCIES: Final = frozenset(_DECIMALS)


def decimals(currency: str) -> int:
    """How many decimals the currency has: KRW 0, USD 2, KWD 3."""
    return _DECIMALS[currency]


def write_money(amount: int, currency: str) -> str:
    """``1234567`` of USD as ``USD 12,345.67``; of KRW as ``KRW 1,234,567``."""
    return f"{currency} {write_amount(amount, currency)}"


def write_amount(amount: int, currency: str) -> str:
    """The same without the currency's name."""
    places = decimals(currency)
    sign, digits = "−" if amount < 0 else "", str(abs(amount)).rjust(places + 1, "0")
    whole, cents = (digits[:-places], digits[-places:]) if places else (digits, "")
    return f"{sign}{int(whole):,}" + (f".{cents}" if places else "")
