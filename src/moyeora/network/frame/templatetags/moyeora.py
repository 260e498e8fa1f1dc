"""How amounts, dates and numbers are written, and the small parts that pages are made of.

{% load moyeora %}
{{ seat.price|money:item.currency }}     1,234,000원 · ₩1,234,000 · USD 12.50
{{ seat.quantity|number }}               300,000
{{ rate|percent }}                       12.5%
{{ seat.begins|day }}                    2026년 11월 24일 (화) · Tue 24 Nov 2026
{{ entry.at|moment }}                    2026년 11월 24일 14:30 · 24 Nov 2026, 14:30
{{ seat.deadline|due }}                  a badge: 3일 남음 · 3 days left
{{ firm.number|firm_number }}            281-97-27990
{% trail _("Members") members_url firm.name %}
{% pagination page %}
{% bar task.progress 1000 _("Proposing") %}
"""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import template
from django.core.paginator import Page
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from moyeora.network.frame.clock import today
from moyeora.sharing.currency import write_amount

register = template.Library()

NOTHING = "–"
KOREAN_DAYS = "월화수목금토일"


@register.filter
def money(amount: int | None, currency: str = "KRW") -> str:
    """An amount of smallest units with its unit, as people write it; nothing as a dash."""
    if amount is None or amount == "":
        return NOTHING
    written = write_amount(int(amount), currency)
    if currency != "KRW":
        return f"{currency} {written}"
    if get_language() == "ko":
        return f"{written}원"
    return f"−₩{written[1:]}" if written.startswith("−") else f"₩{written}"


@register.filter
def number(value: int | Decimal | None) -> str:
    """A number with thousands separators and a true minus."""
    return NOTHING if value is None or value == "" else f"{value:,}".replace("-", "−")


@register.filter
def percent(share: Fraction | Decimal | float | None, places: int = 1) -> str:
    """A share of 1 as a percentage, ties to even; a zero after the point is left out."""
    if share is None or share == "":
        return NOTHING
    hundredths = round(Fraction(share) * 100 * 10**places)
    written = f"{Decimal(hundredths).scaleb(-places):,f}"
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    return f"{written}%".replace("-", "−")


@register.filter
def firm_number(digits: str) -> str:
    """A Korean business number as it is written: 000-00-00000."""
    bare = str(digits).replace("-", "")
    return f"{bare[:3]}-{bare[3:5]}-{bare[5:]}" if len(bare) == 10 else str(digits)


@register.filter
def day(value: date | datetime | None) -> str | SafeString:
    """A day with its weekday, in a <time>."""
    if not value:
        return NOTHING
    when = _local(value)
    if get_language() == "ko":
        text = f"{when.year}년 {when.month}월 {when.day}일 ({KOREAN_DAYS[when.weekday()]})"
    else:
        text = f"{formats.date_format(when, 'D')} {when.day} {formats.date_format(when, 'M Y')}"
    return format_html('<time datetime="{}">{}</time>', f"{when:%Y-%m-%d}", text)


@register.filter
def short_day(value: date | datetime | None) -> str | SafeString:
    """A day without its year where the context says it: 11월 24일 · 24 Nov."""
    if not value:
        return NOTHING
    when = _local(value)
    if get_language() == "ko":
        text = f"{when.month}월 {when.day}일"
    else:
        text = f"{when.day} {formats.date_format(when, 'M')}"
    return format_html('<time datetime="{}">{}</time>', f"{when:%Y-%m-%d}", text)


@register.filter
def moment(value: datetime | None) -> str | SafeString:
    """A day and a time of day in Korea, in a <time>."""
    if not value:
        return NOTHING
    when = _local(value)
    if get_language() == "ko":
        text = f"{when.year}년 {when.month}월 {when.day}일 {when:%H:%M}"
    else:
        text = f"{when.day} {formats.date_format(when, 'M Y')}, {when:%H:%M}"
    return format_html('<time datetime="{}">{}</time>', when.isoformat(timespec="minutes"), text)


@register.filter
def due(value: date | datetime | None) -> str | SafeString:
    """How far a date is, as a badge that grows louder as it comes near."""
    if not value:
        return ""
    when = _local(value)
    left = ((when.date() if isinstance(when, datetime) else when) - today()).days
    if left < 0:
        kind, text = "bad", ngettext("%(n)d day late", "%(n)d days late", -left) % {"n": -left}
    elif left == 0:
        kind, text = "bad", _("today")
    else:
        kind = "wait" if left <= 3 else "plain"
        text = ngettext("%(n)d day left", "%(n)d days left", left) % {"n": left}
    return format_html('<span class="badge {}">{}</span>', kind, text)


def _local(value: date | datetime) -> date | datetime:
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


@register.inclusion_tag("frame/trail.html")
def trail(*steps: Any) -> dict[str, Any]:
    """Where this page is: label, address, label, address, ..., and the label of this page."""
    *before, here = steps
    return {"links": list(zip(before[::2], before[1::2], strict=True)), "here": here}


@register.inclusion_tag("frame/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page, name: str = "page") -> dict[str, Any]:
    """Links to the other pages of a list; they keep the query as it is."""
    query = context["request"].GET.copy()
    query.pop(name, None)
    rest = f"&{query.urlencode()}" if query else ""

    def address(number: int) -> str:
        return f"?{name}={number}{rest}"

    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "links": [(one, address(one) if isinstance(one, int) else "") for one in numbers],
        "previous": page.has_previous() and address(page.previous_page_number()),
        "next": page.has_next() and address(page.next_page_number()),
    }


@register.inclusion_tag("frame/bar.html")
def bar(done: float, of: float, label: str = "") -> dict[str, Any]:
    """How much of something is done; without a label the bar is an ornament beside a number."""
    return {"done": done, "of": of, "label": label, "share": Fraction(done) / Fraction(of or 1)}
