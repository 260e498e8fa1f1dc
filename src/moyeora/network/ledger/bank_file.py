"""A batch as the bank takes it: ISO 20022 pain.001.001.09, and CSV.

One payment information block (PmtInf), a credit transfer a payout. ``EndToEndId`` is the payout's
id without hyphens (32 of at most 35 characters), so that what comes back names it. ``MsgId`` is
made from the batch, so the same batch sent twice is the same message to the bank.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from xml.etree import ElementTree as Xml

from moyeora.network.frame.csv_cells import plain
from moyeora.sharing.currency import decimals

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"


@dataclass(frozen=True)
class Payment:
    """One line: whom, where, how much (smallest units)."""

    end_to_end: str
    name: str
    bank: str
    account: str
    amount: int
    currency: str
    what: str


@dataclass(frozen=True)
class Payer:
    """The project's account."""

    name: str
    bank: str
    account: str


def pain_001(message: str, at: datetime, on: date, payer: Payer, payments: list[Payment]) -> bytes:
    """The message; raises ValueError without a payment."""
    if not payments:
        raise ValueError("a batch without payments")
    Xml.register_namespace("", NAMESPACE)
    document = Xml.Element(_tag("Document"))
    root = Xml.SubElement(document, _tag("CstmrCdtTrfInitn"))
    total = sum(_decimal(each) for each in payments)
    head = _add(root, "GrpHdr")
    _add(head, "MsgId", message[:35])
    _add(head, "CreDtTm", at.isoformat(timespec="seconds"))
    _add(head, "NbOfTxs", str(len(payments)))
    _add(head, "CtrlSum", str(total))
    _add(_add(head, "InitgPty"), "Nm", payer.name[:140])
    block = _add(root, "PmtInf")
    _add(block, "PmtInfId", message[:35])
    _add(block, "PmtMtd", "TRF")
    _add(block, "NbOfTxs", str(len(payments)))
    _add(block, "CtrlSum", str(total))
    _add(_add(block, "ReqdExctnDt"), "Dt", on.isoformat())
    _add(_add(block, "Dbtr"), "Nm", payer.name[:140])
    _account(block, "DbtrAcct", payer.account)
    _agent(block, "DbtrAgt", payer.bank)
    for each in payments:
        transfer = _add(block, "CdtTrfTxInf")
        _add(_add(transfer, "PmtId"), "EndToEndId", each.end_to_end)
        amount = _add(_add(transfer, "Amt"), "InstdAmt", str(_decimal(each)))
        amount.set("Ccy", each.currency)
        _agent(transfer, "CdtrAgt", each.bank)
        _add(_add(transfer, "Cdtr"), "Nm", each.name[:140])
        _account(transfer, "CdtrAcct", each.account)
        _add(_add(transfer, "RmtInf"), "Ustrd", each.what[:140])
    return Xml.tostring(document, encoding="utf-8", xml_declaration=True)


def as_csv(payments: Iterable[Payment]) -> bytes:
    """The same for banks that take a table; UTF-8 with a byte order mark, as spreadsheets want."""
    file = io.StringIO(newline="")
    table = csv.writer(file)
    table.writerow(["은행", "계좌번호", "예금주", "금액", "통화", "적요", "고유번호"])
    for each in payments:
        table.writerow(
            [
                plain(each.bank),
                plain(each.account),
                plain(each.name),
                _decimal(each),
                each.currency,
                plain(each.what),
                each.end_to_end,
            ]
        )
    return file.getvalue().encode("utf-8-sig")


def _decimal(payment: Payment) -> Decimal:
    return Decimal(payment.amount).scaleb(-decimals(payment.currency))


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _add(parent: Xml.Element, name: str, text: str = "") -> Xml.Element:
    child = Xml.SubElement(parent, _tag(name))
    if text:
        child.text = text
    return child


def _account(parent: Xml.Element, name: str, number: str) -> None:
    _add(_add(_add(_add(parent, name), "Id"), "Othr"), "Id", number[:34])


def _agent(parent: Xml.Element, name: str, bank: str) -> None:
    _add(_add(_add(parent, name), "FinInstnId"), "Nm", bank[:140])
