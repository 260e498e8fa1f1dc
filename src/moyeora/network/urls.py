"""Every address of the application; each room brings its own under a prefix."""

from django.urls import include, path

from moyeora.network.api import api
from moyeora.network.demo.page import demo
from moyeora.network.frame import pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("language/", pages.language, name="language"),
    path("account/", include("moyeora.network.frame.account_urls")),
    path("journal/", include("moyeora.network.journal.urls")),
    path("jobs/", include("moyeora.network.jobs.urls")),
    path("members/", include("moyeora.network.members.urls")),
    path("consortia/", include("moyeora.network.consortia.urls")),
    path("orders/", include("moyeora.network.orders.urls")),
    path("money/", include("moyeora.network.ledger.urls")),
    path("demo/", demo, name="demo"),
    path("api/", api.urls),
]

handler400 = "moyeora.network.frame.faults.misshapen"
handler403 = "moyeora.network.frame.faults.forbidden"
handler404 = "moyeora.network.frame.faults.missing"
handler429 = "moyeora.network.frame.faults.too_many"  # allauth's
handler500 = "moyeora.network.frame.faults.broken"
