"""What of an answer its owner may read: per-firm bands only once the item is closed."""

from typing import Any

from moyeora.network.consortia.models import Item, Proposal


def shown(proposal: Proposal) -> dict[str, Any]:
    """The proposal's view without what each firm costs while the item is open."""
    view: dict[str, Any] = dict(proposal.view)
    if proposal.item.state == Item.State.CLOSED:
        return view
    if "shares" in view:
        view["shares"] = [_without_cost(share) for share in view["shares"]]
    if "runners_up" in view:
        view["runners_up"] = [
            {**other, "shares": [_without_cost(share) for share in other["shares"]]}
            for other in view["runners_up"]
        ]
    return view


def _without_cost(share: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in share.items() if key != "cost"}
