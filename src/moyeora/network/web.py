"""How gunicorn serves the application under ``moyeora serve``."""

from typing import Any

from moyeora.network.work import end_with_parent

loglevel = "warning"
threads = 4
preload_app = True  # what is loaded once is shared by all processes
timeout = 60
graceful_timeout = 10
max_requests = 10_000
max_requests_jitter = 1_000
control_socket_disable = True


def when_ready(server: Any) -> None:
    """Called in gunicorn's first process, once it listens."""
    end_with_parent()
