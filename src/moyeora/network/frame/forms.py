"""How every form looks, and how what an action refused comes to its fields."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final, TypeVar

from django.forms import BaseForm, BoundField
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from moyeora.network.frame.faults import Refused

R = TypeVar("R")


class Forms(TemplatesSetting):
    """``{{ form }}`` and ``{{ form.name.as_field_group }}`` in the frame's own templates: label,
    help and errors tied to the field, and what is wrong gathered on top.

    Fields, plain inputs and selects are written here: Django renders a template for each, and for
    each option, which takes a fifth of a second for a form with some hundred of them.
    """

    form_template_name = "frame/form.html"
    field_template_name = "a field"  # what a template of this name would give is written below

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if template_name == self.field_template_name:
            return _field(context["field"])
        write = _WRITERS.get(template_name)
        return (
            write(context["widget"]) if write else super().render(template_name, context, request)
        )


def tell(form: BaseForm, refused: Refused) -> None:
    """Put the faults of an action at their fields, those of no field of the form on top."""
    for fault in refused.faults:
        form.add_error(fault.field if fault.field in form.fields else None, str(fault))


def sent(request: HttpRequest) -> dict[str, Any]:
    """What a form is bound to: what was sent, also when that is empty; nothing on a first look."""
    return {"data": request.POST, "files": request.FILES} if request.method == "POST" else {}


def entered(form: BaseForm, do: Callable[[dict[str, Any]], R]) -> R | None:
    """What an action gives for a form that was sent and is valid; None on a first look, and when
    something is wrong, which then stands at the form's fields.
    """
    if not form.is_bound or not form.is_valid():
        return None
    try:
        return do(form.cleaned_data)
    except Refused as refused:
        tell(form, refused)
        return None


def form_page(
    request: HttpRequest,
    form: BaseForm,
    *,
    title: str,
    button: str,
    lead: str = "",
    above: tuple[str, str],
    back: tuple[str, str],
) -> HttpResponse:
    """A page of one form, answered with 422 when something in it is wrong. ``above`` and ``back``
    are a label and an address each: what the page belongs to, and where it leads back.
    """
    context = {"form": form, "title": title, "button": button, "lead": lead}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(
        request, "frame/form_page.html", {**context, "above": above, "back": back}, status=status
    )


def _field(field: BoundField) -> SafeString:
    """A field with its label, help and errors; a tick stands before its label."""
    if field.use_fieldset:
        return _choices(field)
    ticked = field.widget_type == "checkbox"
    label = SafeString("")
    if field.label:
        label = format_html(
            "<label{}>{}{}</label>",
            format_html(' for="{}"', field.id_for_label) if field.id_for_label else "",
            field.label,
            "" if ticked else _optional(field),
        )
    parts = (field, " ", label, _help(field)) if ticked else (label, _help(field), field)
    return format_html(
        '<div class="field{}{}">{}{}</div>',
        " wrong" if field.errors else "",
        " tick" if ticked else "",
        format_html_join("", "{}", ((part,) for part in parts)),
        _errors(field),
    )


def _choices(field: BoundField) -> SafeString:
    """A group of choices: a fieldset with a legend."""
    described = field.aria_describedby
    return format_html(
        '<fieldset class="field choices{}"{}><legend>{}{}</legend>{}{}{}</fieldset>',
        " wrong" if field.errors else "",
        format_html(' aria-describedby="{}"', described) if described else "",
        field.label,
        _optional(field),
        _help(field),
        field,
        _errors(field),
    )


def _optional(field: BoundField) -> SafeString:
    if field.field.required:
        return SafeString("")
    return format_html(' <span class="optional">{}</span>', _("optional"))


def _help(field: BoundField) -> SafeString:
    if not field.help_text:
        return SafeString("")
    text = mark_safe(field.help_text)  # our own words, with links in them
    return format_html('<p class="help" id="{}_helptext">{}</p>', field.auto_id, text)


def _errors(field: BoundField) -> SafeString:
    if not field.errors:
        return SafeString("")
    told = format_html_join("", "<li>{}</li>", ((error,) for error in field.errors))
    return format_html('<ul class="errors" id="{}_error">{}</ul>', field.auto_id, told)


def _attributes(attributes: Mapping[str, Any]) -> SafeString:
    """As django/forms/widgets/attrs.html writes them: True as the bare name, False not at all."""
    told = [(name, value) for name, value in attributes.items() if value is not False]
    return mark_safe(
        "".join(
            f" {name}" if value is True else f' {name}="{conditional_escape(value)}"'
            for name, value in told
        )
    )


def _input(widget: Mapping[str, Any]) -> SafeString:
    value = widget["value"]
    return format_html(
        '<input type="{}" name="{}"{}{}>',
        widget["type"],
        widget["name"],
        "" if value is None else format_html(' value="{}"', value),
        _attributes(widget["attrs"]),
    )


def _select(widget: Mapping[str, Any]) -> SafeString:
    groups = []
    for label, options, _index in widget["optgroups"]:
        written = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((one["value"], _attributes(one["attrs"]), one["label"]) for one in options),
        )
        groups.append(
            format_html('<optgroup label="{}">{}</optgroup>', label, written) if label else written
        )
    attributes = _attributes(widget["attrs"])
    options = mark_safe("".join(groups))
    return format_html('<select name="{}"{}>{}</select>', widget["name"], attributes, options)


_WRITERS: Final[dict[str, Callable[[Mapping[str, Any]], SafeString]]] = {
    "django/forms/widgets/select.html": _select,
    **{
        f"django/forms/widgets/{kind}.html": _input
        for kind in ("text", "number", "email", "url", "password", "hidden", "date", "checkbox")
    },
}
