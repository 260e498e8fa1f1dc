"""Addresses of the pages of ``members``."""

from django.urls import path

from moyeora.network.members.map import pages as map
from moyeora.network.members.pages import accounts, firms, imports, offers, people
from moyeora.network.members.search import pages as search

urlpatterns = [
    path("", search.members, name="members"),
    path("members.<str:format>", search.members_file, name="members_file"),
    path("map/", map.members_map, name="members_map"),
    path("map/ties.json", map.members_ties, name="members_ties"),
    path("mine/", firms.mine, name="my_firm"),
    path("association/", firms.association, name="association"),
    path("association/people/", people.people, name="association_people"),
    path("admit/", firms.admit, name="admit"),
    path("<uuid:firm>/", firms.firm, name="firm"),
    path("<uuid:firm>/change/", firms.change, name="firm_change"),
    path("<uuid:firm>/suspend/", firms.suspend, name="firm_suspend"),
    path("<uuid:firm>/resume/", firms.resume, name="firm_resume"),
    path("<uuid:firm>/leave/", firms.leave, name="firm_leave"),
    path("<uuid:firm>/certificates/", firms.certificates, name="certificates"),
    path(
        "certificates/<uuid:certificate>/remove/",
        firms.remove_certificate,
        name="certificate_remove",
    ),
    path("<uuid:firm>/offers/enter/", offers.enter, name="offer_enter"),
    path("offers/<uuid:offer>/", offers.change, name="offer_change"),
    path("offers/<uuid:offer>/capacity/", offers.capacity, name="offer_capacity"),
    path("offers/<uuid:offer>/retire/", offers.retire, name="offer_retire"),
    path("<uuid:firm>/people/", people.people, name="people"),
    path("invitations/<str:secret>/", people.accept, name="accept"),
    path("invitations/<uuid:invitation>/withdraw/", people.withdraw, name="withdraw"),
    path("offices/<uuid:holding>/end/", people.end, name="office_end"),
    path("tokens/", people.tokens, name="tokens"),
    path("tokens/<uuid:token>/revoke/", people.revoke, name="token_revoke"),
    path("account/", accounts.accounts, name="accounts"),
    path("account/ask/", accounts.ask, name="account_ask"),
    path("account/<uuid:account>/confirm/", accounts.confirm, name="account_confirm"),
    path("account/<uuid:account>/refuse/", accounts.refuse, name="account_refuse"),
    path("calls/", accounts.calls, name="calls"),
    path("calls/<uuid:account>/", accounts.call, name="call"),
    path("imports/", imports.imports, name="imports"),
    path("imports/blank/<str:kind>.<str:format>", imports.blank, name="import_blank"),
    path("imports/<uuid:upload>/", imports.step, name="import"),
    path("imports/<uuid:upload>/columns/", imports.columns, name="import_columns"),
    path("imports/<uuid:upload>/fix/", imports.fix, name="import_fix"),
    path("imports/<uuid:upload>/start/", imports.start, name="import_start"),
    path("imports/<uuid:upload>/drop/", imports.drop, name="import_drop"),
    path("imports/<uuid:upload>/progress/", imports.progress, name="import_progress"),
]
