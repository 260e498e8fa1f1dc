"""Fields of numbers take what people write and show it as they write it."""

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from moyeora.network.frame.fields import MOST, AmountField, NumberField, in_currency


class Form(forms.Form):
    amount = AmountField(min_value=0)
    pieces = NumberField(min_value=0)


def filled(amount: str, pieces: str = "1", currency: str = "KRW") -> Form:
    return in_currency(Form({"amount": amount, "pieces": pieces}), currency)


@pytest.mark.parametrize(
    "typed",
    ["1234000", "1,234,000", "1,234,000원", "₩1,234,000", " 1 234 000 ", "１，２３４，０００"],
)
def test_an_amount_is_read_however_it_is_typed_and_shown_with_separators(typed):
    form = filled(typed, "300,000")
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"amount": 1_234_000, "pieces": 300_000}
    assert 'value="1,234,000"' in str(form["amount"])
    assert 'value="300,000"' in str(form["pieces"])


@pytest.mark.parametrize(
    "typed", ["", "-1", "1.5", "십만", "1e5", "9" * 5_000, str(MOST + 1), "--", "원"]
)
def test_what_is_no_amount_is_refused_at_its_field_and_stays_as_it_was_typed(typed):
    form = filled(typed)
    assert set(form.errors) == {"amount"}
    str(form["amount"])


@given(st.integers(0, MOST), st.sampled_from(["KRW", "JPY", "USD", "EUR", "KWD"]))
def test_what_a_field_shows_it_reads_again(amount, currency):
    shown = in_currency(Form(initial={"amount": amount}), currency)["amount"]
    again = filled(shown.field.prepare_value(amount), currency=currency)
    assert again.is_valid()
    assert again.cleaned_data["amount"] == amount


@pytest.mark.parametrize(
    ("typed", "units"), [("12.50", 1250), ("1,234.5", 123_450), ("7", 700), ("0.001", None)]
)
def test_dollars_are_typed_with_their_cents(typed, units):
    form = filled(typed, currency="USD")
    assert form.is_valid() == (units is not None)
    assert form.cleaned_data.get("amount") == units
