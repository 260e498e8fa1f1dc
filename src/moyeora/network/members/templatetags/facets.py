"""{% facet_choices facet.kind facet.choices %}: what narrows a search, as boxes to tick.

Written here, since sixty boxes as a template take a third of the page's time.
"""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from moyeora.network.frame.templatetags.moyeora import number
from moyeora.network.members.search.find import Choice, Count
from moyeora.network.members.search.vocabulary import label

register = template.Library()


@register.simple_tag
def facet_choices(kind: str, choices: Sequence[Choice]) -> SafeString:
    """A box for each choice, with how many firms it would leave."""
    return format_html_join(
        "",
        '<label for="{id}"><input type="checkbox" form="search" id="{id}" name="{kind}"'
        ' value="{value}"{checked}> <span>{label}</span>'
        ' <span class="count">{count}</span></label>\n',
        (
            {
                "id": f"{kind}-{at}",
                "kind": kind,
                "value": choice.value,
                "checked": mark_safe(" checked") if choice.chosen else "",
                "label": label(kind, choice.value),
                "count": _counted(choice.count),
            }
            for at, choice in enumerate(choices)
        ),
    )


def _counted(count: Count) -> str:
    written = number(count.number)
    return written if count.exact else _("about %(n)s") % {"n": written}
