"""The form of a draft: shape only; :func:`.terms.check` says what cannot be signed."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from moyeora.network.consortia.agreements.terms import PERMILLE, PartyTerms, Terms
from moyeora.network.frame.fields import AmountField, in_currency

MODE_CHOICES = (
    ("lead", _("the lead firm contracts, the others are its subcontractors")),
    ("joint", _("all contract together and are jointly liable")),
    ("separate", _("each contracts for its own part")),
)
RIGHTS_CHOICES = (
    ("maker", _("whoever makes it owns it; the others may use it for this item")),
    ("joint", _("owned together")),
    ("lead", _("pass to the lead firm when it has paid")),
)
RULE_CHOICES = (
    ("work", _("by the work of each")),
    ("equal", _("in equal parts")),
    ("points", _("by negotiated points")),
    ("shapley", _("by what each adds (Shapley value)")),
    ("nucleolus", _("least to object to (nucleolus)")),
    ("negotiated", _("by shares that we write ourselves")),
)
RULE_LABELS = dict(RULE_CHOICES)
RULE_HINTS = {
    "work": _("in proportion to the offers for the seats that each firm has"),
    "equal": _("every firm gets the same"),
    "points": _("in proportion to the points written in the draft"),
    "shapley": _("what a firm adds to the proceeds, averaged over every order of joining"),
    "nucleolus": _("the group that gains least still gains as much as it can"),
    "negotiated": _("the percentages written in the draft"),
}


class DraftForm(forms.Form):
    """Everything that is agreed; percentages as people write them (``12.5``)."""

    customer = forms.CharField(label=_("Customer"), max_length=100)
    price = AmountField(label=_("The customer pays (VAT included)"), min_value=1)
    begins = forms.DateField(label=_("Begins"), widget=forms.DateInput({"type": "date"}))
    due = forms.DateField(label=_("Due"), widget=forms.DateInput({"type": "date"}))
    mode = forms.ChoiceField(label=_("Who contracts with the customer"), choices=MODE_CHOICES)
    rule = forms.ChoiceField(
        label=_("How the proceeds are divided"),
        choices=RULE_CHOICES,
        help_text=_("Compare the divisions first: see what you would get under each."),
    )
    vat = forms.DecimalField(label=_("VAT, %"), min_value=0, max_value=50, decimal_places=1)
    association = forms.DecimalField(
        label=_("The association's fee, %"), min_value=0, max_value=20, decimal_places=1
    )
    retention = forms.DecimalField(
        label=_("Retention for the warranty, %"), min_value=0, max_value=30, decimal_places=1
    )
    retention_days = forms.IntegerField(
        label=_("Released so many days after the due date"), min_value=0, max_value=3650
    )
    late_each = AmountField(
        label=_("A day of delay costs the late firm"),
        min_value=0,
        help_text=_("It goes to the other firms by their shares. 0: nothing."),
    )
    liability_percent = forms.IntegerField(
        label=_("Limit of liability, % of a firm's own share"), min_value=10, max_value=1000
    )
    rights = forms.ChoiceField(label=_("Rights in what is made"), choices=RIGHTS_CHOICES)
    confidential_years = forms.IntegerField(
        label=_("Confidential for years after the end"), min_value=0, max_value=30
    )
    notice_days = forms.IntegerField(
        label=_("Who leaves says so days before"), min_value=7, max_value=365
    )
    bank = forms.CharField(label=_("The project's bank"), max_length=40, required=False)
    account = forms.CharField(label=_("Account number"), max_length=40, required=False)
    holder = forms.CharField(label=_("Account holder"), max_length=60, required=False)

    def __init__(self, *arguments: Any, terms: Terms, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.terms = terms
        in_currency(self, terms.currency)
        for party in terms.parties:
            self.fields[f"weight_{party.id}"] = forms.DecimalField(
                label=_("Share of %(firm)s, %%") % {"firm": party.name},
                min_value=0,
                max_value=100,
                decimal_places=1,
            )
            self.fields[f"points_{party.id}"] = forms.IntegerField(
                label=_("Points of %(firm)s") % {"firm": party.name}, min_value=0, max_value=1000
            )

    @staticmethod
    def initial_of(terms: Terms) -> dict[str, Any]:
        """The form's first values."""
        plain = {
            name: getattr(terms, name)
            for name in [
                "customer",
                "price",
                "mode",
                "rule",
                "retention_days",
                "late_each",
                "liability_percent",
                "rights",
                "confidential_years",
                "notice_days",
                "bank",
                "account",
                "holder",
            ]
        }
        days = {"begins": terms.begins.isoformat(), "due": terms.due.isoformat()}
        rates = {
            "vat": terms.vat_permille / 10,
            "association": terms.association_permille / 10,
            "retention": terms.retention_permille / 10,
        }
        shares = {f"weight_{party.id}": party.weight / 10 for party in terms.parties}
        points = {f"points_{party.id}": party.points for party in terms.parties}
        return {**plain, **days, **rates, **shares, **points}

    def made(self) -> Terms:
        """The terms that a valid form says."""
        data = self.cleaned_data

        def party(old: PartyTerms) -> PartyTerms:
            weight = _permille(data[f"weight_{old.id}"])
            return replace(old, weight=weight, points=data[f"points_{old.id}"])

        direct = [
            "customer",
            "price",
            "begins",
            "due",
            "mode",
            "rule",
            "retention_days",
            "late_each",
            "liability_percent",
            "rights",
            "confidential_years",
            "notice_days",
            "bank",
            "account",
            "holder",
        ]
        return replace(
            self.terms,
            **{name: data[name] for name in direct},
            vat_permille=_permille(data["vat"]),
            association_permille=_permille(data["association"]),
            retention_permille=_permille(data["retention"]),
            parties=tuple(map(party, self.terms.parties)),
        )

    def shares(self) -> list[tuple[Any, Any, PartyTerms]]:
        """The two fields of each party, for the table."""
        return [
            (self[f"weight_{party.id}"], self[f"points_{party.id}"], party)
            for party in self.terms.parties
        ]


def _permille(percent: Any) -> int:
    return int(percent * PERMILLE / 100)
