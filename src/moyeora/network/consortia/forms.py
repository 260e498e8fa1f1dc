"""The item's page as forms, and forms as an item's table. What is true, formation's reader says."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from moyeora.formation.item import MINOR_DIGITS
from moyeora.formation.trades import FUNCTIONS, default_trades
from moyeora.network.consortia import words
from moyeora.network.consortia.item_table import Table, places
from moyeora.network.frame.faults import Refused
from moyeora.network.frame.fields import NumberField, bare


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class AmountField(forms.CharField):
    """An amount of money as people type it; the reader of items says whether it is one."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput({"inputmode": "decimal", "class": "num", "autocomplete": "off"})
        super().__init__(widget=widget, max_length=24, **options)

    def clean(self, value: Any) -> Any:
        text = bare(super().clean(value))
        return int(text) if text.isdecimal() and text.isascii() else text

    def prepare_value(self, value: Any) -> Any:
        return f"{value:,}" if isinstance(value, int) else value


class ListField(forms.CharField):
    """Several words separated by commas."""

    def clean(self, value: Any) -> list[str]:
        return [part.strip() for part in super().clean(value).split(",") if part.strip()]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


class Suggesting(forms.TextInput):
    """A text with suggestions that need no script."""

    template_name = "consortia/suggesting.html"

    def __init__(self, suggestions: Any) -> None:
        super().__init__()
        self.suggestions = suggestions

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["suggestions"] = list(self.suggestions)
        context["widget"]["attrs"]["list"] = f"{context['widget']['attrs'].get('id')}_list"
        return context


def capability_choices() -> list[Any]:
    """The trade list by function, each with its unit."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for term, known in default_trades().capabilities.items():
        label = f"{words.capability(term)} ({words.unit(known.unit)})"
        groups.setdefault(words.role(known.function), []).append((term, label))
    return [("", _("– choose –")), *groups.items()]


def role_choices() -> list[Any]:
    return [("", _("– choose –")), *((name, words.role(name)) for name in FUNCTIONS)]


def wish_choices() -> list[Any]:
    return [("", "–"), *words.WISHES.items()]


class ItemForm(forms.Form):
    """What the item is, and the wishes in plain words."""

    title = forms.CharField(label=_("Title"), max_length=120)
    description = forms.CharField(
        label=_("Description"),
        max_length=4000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Firms that you invite read this."),
    )
    start = forms.DateField(label=_("Begins"), widget=DayInput())
    due = forms.DateField(label=_("Due"), widget=DayInput())
    place = forms.CharField(
        label=_("Place"),
        max_length=50,
        widget=Suggesting(places()),
        help_text=_("Nearness to it counts. For example: 서울 중구"),
    )
    price = AmountField(label=_("The customer pays"))
    budget = AmountField(
        label=_("Budget"), help_text=_("What all firms together may cost. Nobody else sees it.")
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=[(c, c) for c in MINOR_DIGITS])
    exchange_rate = forms.CharField(
        label=_("Rate of exchange"),
        max_length=20,
        required=False,
        help_text=_("Only when the currency is not won: how many won one unit buys."),
    )
    first = forms.ChoiceField(label=_("Most important"), choices=wish_choices)
    second = forms.ChoiceField(label=_("Then"), choices=wish_choices, required=False)
    third = forms.ChoiceField(label=_("Then"), choices=wish_choices, required=False)
    firms_max = forms.IntegerField(label=_("At most so many firms"), min_value=1, required=False)
    share_cap = forms.CharField(
        label=_("No firm earns more than"),
        max_length=10,
        required=False,
        help_text=_("A share of the budget, such as 45 %"),
    )
    newcomers = forms.IntegerField(
        label=_("Firms without a past consortium"),
        min_value=0,
        required=False,
        help_text=_("How many should be in, where the wish “newcomers” is chosen."),
    )

    def __init__(self, *arguments: Any, base: Table | None = None, **named: Any) -> None:
        self.base = base or {}
        named.setdefault("initial", initial_of_item(self.base))
        super().__init__(*arguments, **named)
        self.fields["first"].required = "weights" not in self.base.get("wishes", {})

    def table(self) -> Table:
        """The item's and the wishes' tables, laid over what the page does not show."""
        given = self.cleaned_data
        head = {k: v for k, v in self.base.get("item", {}).items() if k != "id"}
        if given["place"] != head.get("place") or given["place"] in places():
            head.pop("latitude", None)
            head.pop("longitude", None)
        for key in ("title", "start", "due", "place", "price", "budget", "currency"):
            head[key] = given[key]
        head["offer_currency"] = "KRW"
        head.pop("exchange_rate", None)
        if given["exchange_rate"]:
            head["exchange_rate"] = given["exchange_rate"]
        wishes = dict(self.base.get("wishes", {}))
        order = [given[key] for key in ("first", "second", "third") if given[key]]
        if order:
            wishes.pop("weights", None)
            wishes["order"] = list(dict.fromkeys(order))
        for key in ("firms_max", "share_cap", "newcomers"):
            wishes.pop(key, None)
            if given[key] not in (None, ""):
                wishes[key] = given[key]
        return {"item": head, "wishes": wishes, "description": given["description"]}


class NeedForm(forms.Form):
    """One thing that the item needs."""

    key = forms.CharField(max_length=40, widget=forms.HiddenInput())
    title = forms.CharField(label=_("What is needed"), max_length=80)
    role = forms.ChoiceField(label=_("Role"), choices=role_choices)
    capability = forms.ChoiceField(label=_("Capability"), choices=capability_choices)
    other = forms.ChoiceField(
        label=_("or also this capability"), choices=capability_choices, required=False
    )
    quantity = NumberField(label=_("Quantity"), min_value=1)
    by = forms.DateField(
        label=_("Done by"),
        widget=DayInput(),
        required=False,
        help_text=_("Where it is before the item's due date"),
    )
    split = forms.BooleanField(label=_("May be split among several firms"), required=False)
    after = forms.MultipleChoiceField(
        label=_("Comes after"), widget=forms.CheckboxSelectMultiple(), required=False
    )
    certificates = ListField(
        label=_("Certificates that the firm must have"),
        max_length=200,
        required=False,
        help_text=_("Separated by commas, such as ISO 9001, ISO 27001"),
    )
    regions = ListField(
        label=_("Regions"),
        max_length=200,
        required=False,
        help_text=_("Separated by commas, such as 서울, 경기"),
    )
    orders = forms.IntegerField(label=_("Orders done, at least"), min_value=0, required=False)
    on_time = forms.CharField(
        label=_("On time, at least"), max_length=10, required=False, help_text=_("Such as 93 %")
    )
    defect_ppm = forms.IntegerField(
        label=_("Defects in a million, at most"), min_value=0, required=False
    )
    remove = forms.BooleanField(label=_("Take this need out"), required=False)

    def __init__(self, *arguments: Any, others: Mapping[str, str], **named: Any) -> None:
        super().__init__(*arguments, **named)
        mine = self["key"].value()
        self.fields["after"].choices = [(k, t) for k, t in others.items() if k != mine]
        known = dict(self.fields["role"].choices)
        own = self["role"].value()
        if own and own not in known:  # a role of the item's own, from a file
            self.fields["role"].choices = [*role_choices(), (own, own)]
        self.has_must = any(
            self[name].value()
            for name in ("certificates", "regions", "orders", "on_time", "defect_ppm")
        )

    def table(self, base: Mapping[str, Any]) -> Table:
        """The need's table, laid over what the page does not show."""
        given = self.cleaned_data
        terms = [given["capability"], given["other"]]
        made = {
            "id": given["key"],
            "title": given["title"],
            "role": given["role"],
            "capability": [*filter(None, terms), *base.get("capability", [])[2:]],
            "quantity": given["quantity"],
            "split": given["split"],
            "after": given["after"],
        }
        if given["by"]:
            made["by"] = given["by"]
        if given["split"] and base.get("firms_max"):
            made["firms_max"] = base["firms_max"]
        must = {
            name: given[name]
            for name in ("certificates", "regions", "orders", "on_time", "defect_ppm")
            if given[name] not in (None, "", [])
        }
        return made | ({"must": must} if must else {})


def initial_of_item(table: Table) -> dict[str, Any]:
    """The item's fields as its table has them."""
    head, wishes = table.get("item", {}), table.get("wishes", {})
    order = [*wishes.get("order", [] if table else ["cost"]), "", "", ""]
    return {
        "currency": "KRW",
        **head,
        "description": table.get("description", ""),
        **dict(zip(("first", "second", "third"), order, strict=False)),
        **{key: wishes.get(key) for key in ("firms_max", "share_cap", "newcomers")},
    }


def initial_of_need(need: Mapping[str, Any]) -> dict[str, Any]:
    """A need's fields as its table has them."""
    terms = [*need.get("capability", []), "", ""]
    return {
        **{name: need.get(name) for name in ("title", "role", "quantity", "by", "after")},
        **need.get("must", {}),
        "key": need["id"],
        "capability": terms[0],
        "other": terms[1],
        "split": need.get("split", True),
    }


class ItemPage:
    """The item's form and those of its needs, from a table or from what was sent."""

    def __init__(self, base: Table | None = None, data: Any = None) -> None:
        self.base, self.data = base or {}, data
        self.needs_before = {need["id"]: need for need in self.base.get("need", [])}
        if data is None:
            self.item = ItemForm(base=self.base)
            initial = [initial_of_need(need) for need in self.base.get("need", [])]
            others = {need["id"]: need.get("title", "") for need in self.base.get("need", [])}
            initial = initial or [{"key": "need-1", "split": True}]
            self.needs = [
                NeedForm(prefix=f"need{at}", initial=one, others=others)
                for at, one in enumerate(initial)
            ]
            return
        count = min(int(data.get("needs") or 0) if str(data.get("needs")).isdecimal() else 0, 60)
        keys = {data.get(f"need{at}-key", ""): at for at in range(count)}
        others = {key: data.get(f"need{at}-title", "") for key, at in keys.items() if key}
        self.item = ItemForm(data, base=self.base)
        self.needs = [NeedForm(data, prefix=f"need{at}", others=others) for at in range(count)]

    def more(self) -> None:
        """One more need to fill in; nothing is judged yet."""
        assert self.data is not None
        sent = {
            name: (self.data.getlist(name) if name.endswith("-after") else self.data.get(name))
            for name in self.data
        }
        taken = {form["key"].value() for form in self.needs}
        number = next(n for n in range(1, 100) if f"need-{n}" not in taken)
        others = {form["key"].value(): form["title"].value() or "" for form in self.needs}
        initial = [
            {name: sent.get(f"need{at}-{name}") for name in NeedForm.base_fields}
            for at in range(len(self.needs))
        ]
        initial.append({"key": f"need-{number}", "split": True})
        self.item = ItemForm(base=self.base, initial=sent)
        self.needs = [
            NeedForm(prefix=f"need{at}", initial=one, others=others)
            for at, one in enumerate(initial)
        ]

    def kept(self) -> list[NeedForm]:
        """The needs that are not taken out."""
        return [form for form in self.needs if not self.data.get(f"{form.prefix}-remove")]

    def is_valid(self) -> bool:
        return all([self.item.is_valid(), *(form.is_valid() for form in self.kept())])

    def table(self) -> Table:
        """What was sent as an item's table; after ``is_valid``."""
        keys = {form.cleaned_data["key"] for form in self.kept()}
        needs = []
        for form in self.kept():
            need = form.table(self.needs_before.get(form.cleaned_data["key"], {}))
            need["after"] = [key for key in need["after"] if key in keys]
            needs.append(need)
        return self.item.table() | {"need": needs}

    def tell(self, refused: Refused) -> None:
        """Put each fault of the reader at its field."""
        wishes = {"order": "first", "weights": "first"}
        for fault in refused.faults:
            where = fault.field.split(".")
            form: forms.Form = self.item
            name: str | None = where[-1]
            if where[0] == "need" and len(where) > 2:
                mine = [one for one in self.kept() if one.cleaned_data.get("key") == where[1]]
                form, name = (mine[0], where[-1]) if mine else (self.item, None)
                name = "quantity" if name == "unit" else name
            elif where[0] == "wishes":
                name = wishes.get(name or "", name)
            form.add_error(name if name in form.fields else None, str(fault))


class DeadlineForm(forms.Form):
    """Until when the firms may answer: the end of a day."""

    deadline = forms.DateField(label=_("Firms answer until the end of"), widget=DayInput())


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.Textarea({"rows": 2, "maxlength": 200})
    )


class UploadForm(forms.Form):
    file = forms.FileField(label=_("Item file (item.toml)"))
