"""How every form looks, and how what an action refused comes to its fields."""

from django.forms import BaseForm
from django.forms.renderers import TemplatesSetting

from moyeora.network.frame.faults import Refused


class Forms(TemplatesSetting):
    """``{{ form }}`` and ``{{ form.name.as_field_group }}`` in the frame's own templates: label,
    help and errors tied to the field, and what is wrong gathered on top.
    """

    form_template_name = "frame/form.html"
    field_template_name = "frame/field.html"


def tell(form: BaseForm, refused: Refused) -> None:
    """Put the faults of an action at their fields, those of no field of the form on top."""
    for fault in refused.faults:
        form.add_error(fault.field if fault.field in form.fields else None, str(fault))
