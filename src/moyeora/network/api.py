"""The API: one router a room, the same actions as the pages, errors as problem+json (RFC 9457)."""

from moyeora.network.frame.problems import Api, answer_faults
from moyeora.network.members.acting import BySession, ByToken

api = Api(
    title="Moyeora",
    version="1",
    auth=[ByToken(), BySession()],
    docs_url=None,  # its pages load scripts from elsewhere, which the security policy forbids
    urls_namespace="api",
)
answer_faults(api)

api.add_router("/members", "moyeora.network.members.api.router")
api.add_router("/consortia", "moyeora.network.consortia.api.router")
api.add_router("/orders", "moyeora.network.orders.api.router")
api.add_router("/money", "moyeora.network.ledger.api.router")
api.add_router("/journal", "moyeora.network.journal.api.router")
api.add_router("/jobs", "moyeora.network.jobs.api.router")
