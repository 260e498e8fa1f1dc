"""Entering an item: a draft, open, closed."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from moyeora.network.consortia.item_table import read, store, table_of
from moyeora.network.consortia.models import Item, Proposal
from moyeora.network.frame.clock import today
from moyeora.network.frame.faults import Fault, Refused
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import firms
from moyeora.network.members.models import Firm


@action("consortia.item.create")
def create_item(act: Act, owner: Firm, *, table: Mapping[str, Any]) -> Item:
    """Save a new draft of ``owner``'s from an item's table (the keys of ``item.toml``, and
    ``description``).

    Refused with every fault of the table at its key (``need.printing.quantity``).
    """
    if owner.standing != Firm.Standing.MEMBER:
        raise Refused(_("Only members can enter items."))
    item = Item(owner=owner, created=act.at, created_by=act.actor.person)
    store(item, read(table, today()), table)
    _tell(act, "item.created", item)
    return item


@action("consortia.item.change")
def change_item(act: Act, item: Item, *, table: Mapping[str, Any]) -> Item:
    """Replace what the item says, as long as nobody is invited. Proposals become outdated."""
    item = locked(item)
    if item.state == Item.State.CLOSED or _has_consortium(item):
        raise Refused(
            Fault(
                "",
                _("This item cannot be changed any more: firms were invited, or it is closed."),
                _("Enter a new item."),
                "too-late",
            )
        )
    store(item, read(table, today()), table)
    item.proposals.filter(state=Proposal.State.OFFERED).update(state=Proposal.State.OUTDATED)
    _tell(act, "item.changed", item)
    return item


@action("consortia.item.open")
def open_item(act: Act, item: Item) -> Item:
    """Open a draft, so that formation may propose and seats may be offered."""
    item = locked(item)
    _must_be(item, Item.State.DRAFT)
    read(table_of(item), today())
    item.state = Item.State.OPEN
    item.save(update_fields=["state"])
    _tell(act, "item.opened", item)
    return item


@action("consortia.item.close")
def close_item(act: Act, item: Item) -> Item:
    """Give an open item up. With a consortium, dissolve that instead."""
    item = locked(item)
    _must_be(item, Item.State.OPEN)
    if _has_consortium(item):
        raise Refused(
            Fault("", _("Firms are invited."), _("Dissolve the consortium instead."), "invited")
        )
    close(item, act)
    _tell(act, "item.closed", item)
    return item


@action("consortia.item.delete")
def delete_draft(act: Act, item: Item) -> None:
    """Throw a draft away."""
    item = locked(item)
    _must_be(item, Item.State.DRAFT)
    _tell(act, "item.deleted", item)
    item.delete()


def close(item: Item, act: Act) -> None:
    """Nothing more will be proposed; from now on firms may ask what would have got them in."""
    item.state, item.closed = Item.State.CLOSED, act.at
    item.save(update_fields=["state", "closed"])
    item.proposals.filter(state=Proposal.State.OFFERED).update(state=Proposal.State.OUTDATED)


def locked(row: Any) -> Any:
    """The row as it is now, held until the transaction ends. Whoever calls has read it in a scope
    or has checked the permission already."""
    model: type[Model] = type(row)
    return model._base_manager.select_for_update(no_key=True).get(pk=row.pk)


def _has_consortium(item: Item) -> bool:
    return hasattr(item, "consortium")


def _must_be(item: Item, state: Item.State) -> None:
    if item.state != state:
        raise Refused(
            Fault(
                "",
                _("This item is %(state)s.") % {"state": item.get_state_display()},
                _("Look at its page for what can be done now."),
                "state",
            )
        )


def _tell(act: Act, kind: str, item: Item) -> None:
    facts = {"title": item.title, "needs": item.needs.count() if item.pk else 0}
    act.record(kind, subject=item.id, facts=facts, audience=firms(item.owner_id))
