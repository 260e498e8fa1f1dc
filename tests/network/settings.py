"""The application's own settings, with a home that the tests may throw away and quick passwords."""

import os
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

# Each process that runs tests has a home of its own, since some look through all of it; the
# programs that they start are told theirs.
if "xdist" in sys.modules or "MOYEORA_HOME" not in os.environ:
    os.environ["MOYEORA_HOME"] = tempfile.mkdtemp(prefix="moyeora-tests-")

from django.utils import timezone

from moyeora.network.frame import clock
from moyeora.network.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if "PASSWORD_AGAIN_AFTER" in os.environ:
    ACCOUNT_REAUTHENTICATION_TIMEOUT = int(os.environ["PASSWORD_AGAIN_AFTER"])
if "CLOCK_AHEAD" in os.environ:
    _ahead = Path(os.environ["CLOCK_AHEAD"])

    def _later() -> datetime:
        """What ``clock.at`` says, or the present moment and as many seconds as the file says."""
        ahead = float(_ahead.read_text()) if _ahead.exists() else 0
        return clock._SAID.get() or timezone.now() + timedelta(seconds=ahead)

    clock.now = _later  # before any room imports it
    JOB_ROUNDS = timedelta(seconds=1)
