"""How numbers, money and names are said in Korean and English."""

from datetime import date
from fractions import Fraction

from moyeora.sharing.currency import write_amount, write_money

_FIRST_SYLLABLE, _LAST_SYLLABLE, _CODAS = 0xAC00, 0xD7A3, 28
# Final consonant (or none) of the Korean names of the digits 0 to 9.
_CODA_OF_DIGIT = "1101001110"
_UNITS = {"KRW": "원", "USD": "달러", "JPY": "엔", "EUR": "유로", "CNY": "위안"}


def with_particle(word: str, pair: str) -> str:
    """A Korean word with the right one of two particles: ``"이/가"``, ``"을/를"``, ``"은/는"``.

    A word whose sound is not known gets both, as Korean contracts write it: ``ABC은(는)``.
    """
    closed, opened = pair.split("/")
    last = word.rstrip(")]」』\"' ")[-1:]
    if last and _FIRST_SYLLABLE <= ord(last) <= _LAST_SYLLABLE:
        has_coda = (ord(last) - _FIRST_SYLLABLE) % _CODAS != 0
    elif last == "%":
        has_coda = False
    elif last.isascii() and last.isdigit():
        has_coda = _CODA_OF_DIGIT[int(last)] == "1"
    else:
        return f"{word}{closed}({opened})"
    return word + (closed if has_coda else opened)


def money(amount: int, currency: str, lang: str) -> str:
    """An amount for people: ``1,234원``, ``12.34달러`` or ``KRW 1,234``."""
    if lang == "ko" and currency in _UNITS:
        return write_amount(amount, currency) + _UNITS[currency]
    return write_money(amount, currency)


def units(number: Fraction, currency: str, lang: str) -> str:
    """So many smallest units, exactly: ``1,234 2/7원``, ``USD 12.34 + 2/7 of USD 0.01``."""
    whole, rest = divmod(number, 1)
    if currency == "KRW":
        return f"{_mixed(number)}원" if lang == "ko" else f"KRW {_mixed(number)}"
    if not rest:
        return money(whole, currency, lang)
    one = money(1, currency, lang)
    part = f"{one}의 {rest}" if lang == "ko" else f"{rest} of {one}"
    return f"{money(whole, currency, lang)} + {part}" if whole else part


def _mixed(number: Fraction) -> str:
    whole, rest = divmod(abs(number), 1)
    sign = "−" if number < 0 else ""
    if not rest:
        return f"{sign}{whole:,}"
    return f"{sign}{whole:,} {rest}" if whole else f"{sign}{rest}"


def percent(ratio: Fraction) -> str:
    """A ratio exactly: ``12.5%``, or ``1/3`` when no decimal says it."""
    rest = ratio.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return str(ratio)
    hundred, places = ratio * 100, 0
    while hundred.denominator != 1:
        hundred, places = hundred * 10, places + 1
    digits = str(hundred.numerator).rjust(places + 1, "0")
    whole, decimals = (digits[:-places], digits[-places:]) if places else (digits, "")
    return f"{whole}.{decimals}%" if decimals else f"{whole}%"


def day(when: date, lang: str) -> str:
    """``2026년 3월 2일`` or ``2 March 2026``."""
    if lang == "ko":
        return f"{when.year}년 {when.month}월 {when.day}일"
    return f"{when.day} {when:%B} {when.year}"
