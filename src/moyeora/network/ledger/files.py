"""Files that leave the ledger: what the bank is told, and what an accountant books from."""

import csv
import io
from collections.abc import Sequence
from typing import Any, Final

import xlsxwriter
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from moyeora.network.consortia.agreements.terms import from_json
from moyeora.network.consortia.models import Agreement, Consortium
from moyeora.network.frame.csv_cells import plain
from moyeora.network.ledger import bank_file
from moyeora.network.ledger.models import Batch, Statement
from moyeora.network.ledger.statements import lines_of, whole_lines_of

TYPES: Final = {
    "csv": "text/csv",
    "xml": "application/xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The media types by the ends of the files' names."""


def payout_file(batch: Batch, form: str) -> bytes:
    """A batch for the bank as ``xml`` (pain.001) or ``csv``, the one place where account numbers
    are written out; Http404 where no payment goes to an account.
    """
    payments = _payments(batch)
    if not payments:
        raise Http404
    if form == "csv":
        return bank_file.as_csv(payments)
    made = timezone.localtime(batch.made)  # the bank's day is Korea's
    payer = payer_of(batch.consortium)
    return bank_file.pain_001(batch.id.hex, made, made.date(), payer, payments)


def payer_of(consortium: Consortium) -> bank_file.Payer:
    """The project's account as the agreement has it; its number is "" where it names none."""
    agreement = consortium.agreements.exclude(state=Agreement.State.REFUSED).first()
    terms = from_json(agreement.terms)
    return bank_file.Payer(terms.holder or consortium.title, terms.bank, terms.account)


def lines_file(consortium: Consortium, party: str, form: str, lang: str) -> bytes:
    """The lines of all statements as ``csv`` or ``xlsx``: those of a party (a business number), or
    of all, each with its firm, where ``party`` is "".
    """
    statements = (
        Statement.objects.filter(receipt__consortium=consortium)
        .select_related("receipt__agreement", "receipt__consortium")
        .order_by("at")
    )
    head = [_("Statement"), _("Received"), _("Clause"), _("Step"), _("Amount"), _("Currency")]
    if party:
        rows = lines_of(statements, party, lang)
    else:
        rows = whole_lines_of(statements, lang)
        head.append(_("Firm"))
    return _csv(head, rows) if form == "csv" else _xlsx(head, rows)


def _csv(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    file = io.StringIO(newline="")
    table = csv.writer(file)
    table.writerow(head)
    table.writerows((n, f"{on:%Y-%m-%d}", *map(plain, rest)) for n, on, *rest in rows)
    return file.getvalue().encode("utf-8-sig")


def _xlsx(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        day_format = book.add_format({"num_format": "yyyy-mm-dd"})
        amount_format = book.add_format({"num_format": "#,##0"})
        sheet.write_row(0, 0, head, book.add_format({"bold": True}))
        for at, (n, on, clause, step, amount, *texts) in enumerate(rows, 1):
            sheet.write_number(at, 0, n)
            sheet.write_datetime(at, 1, on, day_format)
            sheet.write_string(at, 2, clause)
            sheet.write_string(at, 3, step)
            sheet.write_number(at, 4, amount, amount_format)
            for column, text in enumerate(texts, 5):
                sheet.write_string(at, column, text)
        sheet.autofit()
    return buffer.getvalue()


def _payments(batch: Batch) -> list[bank_file.Payment]:
    """The payments to firms: nobody has told an account of the tax office, or the association's."""
    with scopes_disabled():  # the accounts of the firms that are paid, for this file alone
        rows = list(
            batch.payouts.exclude(account=None).select_related("firm", "account").order_by("party")
        )
    return [
        bank_file.Payment(
            row.id.hex,
            row.account.holder,
            row.account.bank,
            row.account.number,
            row.amount,
            row.currency,
            f"{batch.consortium.title} {batch.number}",
        )
        for row in rows
    ]
