"""The forms of members: shape alone. What must be true is for the actions to say."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from moyeora.formation.trades import default_trades
from moyeora.network.frame.actor import OF_A_FIRM, Office
from moyeora.network.members.actions.people import OFFICES_WITHOUT_FIRM
from moyeora.network.members.imports.columns import LABELS
from moyeora.network.members.models import Upload
from moyeora.network.members.places import places
from moyeora.network.members.terms import name_of, trade_names


def _digits(label: Any, help_text: Any = "", *, required: bool = False) -> forms.CharField:
    """A number as people type it (1,200), so not the browser's number field."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "num"}),
    )


def _places() -> list[tuple[str, str]]:
    return [("", _("Choose a place")), *((name, name) for name in places())]


class AdmitForm(forms.Form):
    """A firm that joins; its owner comes by an invitation afterwards."""

    firm = forms.CharField(
        label=LABELS["firm"],
        max_length=20,
        help_text=_("Ten digits, as on the business registration certificate."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    name = forms.CharField(label=LABELS["name"], max_length=100)
    trade = forms.ChoiceField(
        label=LABELS["trade"],
        choices=lambda: [(code, f"{code} {name}") for code, name in trade_names().items()],
    )
    region = forms.ChoiceField(label=LABELS["region"], choices=_places)
    employees = _digits(LABELS["employees"])


class ProfileForm(forms.Form):
    """How others see the firm."""

    name = forms.CharField(label=LABELS["name"], max_length=100)
    name_en = forms.CharField(label=_("name in English"), max_length=100, required=False)
    region = forms.CharField(label=LABELS["region"], max_length=50)
    employees = _digits(LABELS["employees"])
    profile = forms.CharField(
        label=_("what we do"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("In your words: machines, experience, what you are good at."),
    )
    website = forms.URLField(
        label=_("website"), required=False, max_length=200, assume_scheme="https"
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=200)


class CertificateForm(forms.Form):
    name = forms.CharField(label=_("certificate"), max_length=60)
    expires = forms.DateField(
        label=_("valid until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Leave it empty where the certificate does not expire."),
    )


class TermsForm(forms.Form):
    """The confidential half of an offer, and its lead time."""

    price = _digits(
        LABELS["price"], _("In the smallest unit of the currency: won, cents."), required=True
    )
    currency = forms.CharField(label=LABELS["currency"], max_length=3, initial="KRW")
    price_breaks = forms.CharField(
        label=LABELS["price_breaks"],
        required=False,
        max_length=400,
        help_text=_("Quantity:price, such as 10000:110;50000:95: from 10,000 units 110 each."),
    )
    own_cost = _digits(
        LABELS["own_cost"],
        _("Only you see it. It makes the comparison of shares exact."),
    )
    setup_cost = _digits(LABELS["setup_cost"], _("Paid once when the offer is used."))
    capacity = forms.CharField(
        label=LABELS["capacity"],
        max_length=2000,
        help_text=_("One number for every week, or a list week by week: 300;300;800."),
    )
    capacity_from = forms.CharField(
        label=LABELS["capacity_from"],
        required=False,
        max_length=20,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The first day of the list's first week."),
    )
    lot = _digits(LABELS["lot"], _("You deliver whole lots."))
    smallest = _digits(LABELS["smallest"])
    largest = _digits(LABELS["largest"])
    lead_days = _digits(LABELS["lead_days"], _("Days before the first unit is ready."))
    line = forms.CharField(
        label=LABELS["line"],
        required=False,
        max_length=40,
        help_text=_("Offers on one line share its time."),
    )


class OfferForm(TermsForm):
    """A new offer."""

    capability = forms.ChoiceField(label=LABELS["capability"])
    field_order = ("capability",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = default_trades().capabilities.values()
        self.fields["capability"].choices = [
            ("", _("Choose what you can do")),
            *sorted(((one.term, name_of(one)) for one in listed), key=lambda pair: pair[1]),
        ]


class CapacityForm(forms.Form):
    """What is free; the firm's staff keeps it too."""

    capacity = TermsForm.base_fields["capacity"]
    capacity_from = TermsForm.base_fields["capacity_from"]


class InviteForm(forms.Form):
    """Somebody comes into an office of a firm, or of the association."""

    name = forms.CharField(label=_("name"), max_length=60)
    email = forms.EmailField(label=_("e-mail"))
    office = forms.ChoiceField(label=_("office"))

    def __init__(self, *args: Any, offices: tuple[Office, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].choices = [(one.value, one.label) for one in offices]


OFFICES = {True: OF_A_FIRM, False: OFFICES_WITHOUT_FIRM}
"""Which offices can be given, by whether it is in a firm."""


class PasswordForm(forms.Form):
    """The password of who takes an invitation."""

    password = forms.CharField(
        label=_("password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class TokenForm(forms.Form):
    label = forms.CharField(
        label=_("what it is for"), max_length=60, help_text=_("Such as: stock system.")
    )


class AccountForm(forms.Form):
    bank = forms.CharField(label=_("bank"), max_length=40)
    number = forms.CharField(
        label=_("account number"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    holder = forms.CharField(label=_("account holder"), max_length=60)


class CallForm(forms.Form):
    last_four = forms.CharField(
        label=_("last four digits that the firm read out"),
        min_length=4,
        max_length=4,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class UploadForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("table"), choices=Upload.Kind.choices, widget=forms.RadioSelect, initial="members"
    )
    file = forms.FileField(
        label=_("file"),
        help_text=_("XLSX, or CSV in UTF-8 or CP949; up to 20 MB and 20,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )
