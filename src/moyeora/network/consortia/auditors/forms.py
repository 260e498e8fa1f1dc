"""The forms about an auditor: shape only; actions say what is true."""

from django import forms
from django.utils.translation import gettext_lazy as _


class NameForm(forms.Form):
    """Who is to be the auditor, and for how long."""

    name = forms.CharField(label=_("Name"), max_length=60)
    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("The invitation goes there, and nowhere else, once every firm has agreed."),
    )
    until = forms.DateField(
        label=_("Last day in office"),
        widget=forms.DateInput({"type": "date"}),
        help_text=_("At most three years from now."),
    )
