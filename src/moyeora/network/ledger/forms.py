"""The forms of this room: shape only; actions say what is true."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from moyeora.network.frame.fields import AmountField, NumberField


class ReceiptForm(forms.Form):
    """What the bank shows."""

    on = forms.DateField(label=_("Received on"), widget=forms.DateInput({"type": "date"}))
    amount = AmountField(label=_("Amount"), min_value=0)
    bank_reference = forms.CharField(
        label=_("The bank's reference"),
        max_length=60,
        help_text=_("It keeps a receipt from being entered twice."),
    )
    evidence = forms.FileField(
        label=_("The bank's document"),
        required=False,
        help_text=_("Only its hash is kept, so that the document cannot be exchanged later."),
    )
    invoice = forms.ChoiceField(label=_("For the invoice"), required=False)
    final = forms.BooleanField(
        label=_("This is the last receipt: release what is still held back"), required=False
    )

    def __init__(
        self, *arguments: Any, facts: list[Any], invoices: list[Any], **named: Any
    ) -> None:
        super().__init__(*arguments, **named)
        self.fields["invoice"].choices = [
            ("", "–"),
            *((str(one.id), f"{one.number} · {one.what}") for one in invoices),
        ]
        self.facts = [fact.id for fact in facts]
        for fact in facts:
            self.fields[f"fact_{fact.id}"] = NumberField(
                label=fact.name, min_value=0, initial=0, required=False
            )

    def told(self) -> dict[str, int]:
        """The facts that are not zero."""
        found = {fact: self.cleaned_data.get(f"fact_{fact}") or 0 for fact in self.facts}
        return {fact: units for fact, units in found.items() if units}


class ClaimForm(forms.Form):
    """A cost to be paid back."""

    what = forms.CharField(label=_("What for"), max_length=120)
    amount = AmountField(label=_("Amount"), min_value=1)
    document = forms.CharField(
        label=_("Document"), max_length=120, help_text=_("The tax invoice's or receipt's number.")
    )


class HoldForm(forms.Form):
    """A disputed part of what is due to a firm."""

    firm = forms.ChoiceField(label=_("Due to"))
    amount = AmountField(label=_("Held amount"), min_value=1)
    reason = forms.CharField(label=_("What is disputed"), max_length=300)

    def __init__(self, *arguments: Any, firms: list[Any], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["firm"].choices = [(str(firm.id), firm.name) for firm in firms]
