"""The forms of this room: shape only; actions say what is true."""

from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from moyeora.network.frame.fields import AmountField, NumberField
from moyeora.network.orders.models import Invoice
from moyeora.network.orders.packages import Package


def day_field(label: Any, **more: Any) -> forms.DateField:
    """A day, entered by the browser's own calendar."""
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}), **more)


class ContractForm(forms.Form):
    """Concluding the contract with the customer."""

    email = forms.EmailField(
        label=_("The customer's e-mail"),
        help_text=_("Links for proofs, deliveries and invoices are meant for this address."),
    )
    concluded = day_field(_("Concluded on"))
    document = forms.RegexField(
        r"^[0-9a-f]{64}$",
        label=_("SHA-256 of the signed contract"),
        required=False,
        help_text=_("Keeps the file you signed from being exchanged later."),
    )
    acceptance_days = forms.IntegerField(
        label=_("Days to accept a delivery"),
        min_value=1,
        max_value=90,
        initial=7,
        help_text=_("Silence accepts it then; the customer is told so."),
    )
    payment_days = forms.IntegerField(
        label=_("Days to pay an invoice"), min_value=1, max_value=180, initial=30
    )

    def __init__(self, *arguments: Any, seats: list[Any], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["mailings"] = forms.MultipleChoiceField(
            label=_("Which work is a mailing that the press prints?"),
            choices=[(seat.need, f"{seat.title} · {seat.firm.name}") for seat in seats],
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )


class ChangeForm(forms.Form):
    """The next version of the order: each package's quantity and days, the price, the due date."""

    why = forms.CharField(label=_("Why it changes"), max_length=300)
    price = AmountField(label=_("The customer pays"), min_value=1)
    due = day_field(_("Due"))

    def __init__(self, *arguments: Any, packages: tuple[Package, ...], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.packages = packages
        for each in packages:
            self.fields[f"{each.key}.quantity"] = NumberField(
                label=_("Quantity of “%(title)s”") % {"title": each.title},
                min_value=1,
                initial=each.quantity,
            )
            self.fields[f"{each.key}.begins"] = day_field(
                _("“%(title)s” begins") % {"title": each.title}, initial=each.begins
            )
            self.fields[f"{each.key}.ends"] = day_field(
                _("“%(title)s” ends") % {"title": each.title}, initial=each.ends
            )

    def rows(self) -> list[tuple[Package, Any, Any, Any]]:
        """The fields of each package, for the table."""
        return [
            (each, *(self[f"{each.key}.{name}"] for name in ("quantity", "begins", "ends")))
            for each in self.packages
        ]

    def changed(self) -> tuple[Package, ...]:
        """The packages as the form says them."""
        return tuple(
            replace(
                each,
                **{
                    name: self.cleaned_data[f"{each.key}.{name}"]
                    for name in ("quantity", "begins", "ends")
                },
            )
            for each in self.packages
        )


class DeliveryForm(forms.Form):
    """A delivery of a package."""

    quantity = NumberField(label=_("Quantity"), min_value=1)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class InvoiceForm(forms.Form):
    """An invoice for a part of the price."""

    what = forms.CharField(label=_("What for"), max_length=200)
    gross = AmountField(label=_("Amount, VAT included"), min_value=1)
    on = day_field(_("Issued on"))
    vat_class = forms.ChoiceField(label=_("VAT"), choices=Invoice.VatClass.choices)


class ConsentForm(forms.Form):
    """The customer's consent that a firm holds its list."""

    firm = forms.ChoiceField(label=_("Firm"))
    given = day_field(_("Consent given on"))
    document = forms.CharField(
        label=_("Document"), max_length=120, help_text=_("The customer's letter or its number.")
    )

    def __init__(self, *arguments: Any, firms: list[Any], today: date, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["firm"].choices = [(str(firm.id), firm.name) for firm in firms]
        self.fields["given"].initial = today


class UploadForm(forms.Form):
    """The job as one ZIP."""

    job = forms.FileField(
        label=_("The job as one ZIP"),
        help_text=_(
            "mailing.toml, design, pictures, fonts and the list. It is encrypted while it comes "
            "in, and lies nowhere else."
        ),
    )
