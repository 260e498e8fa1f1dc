"""The application's own settings, with a home that the tests may throw away and quick passwords."""

import os
import tempfile

os.environ.setdefault("MOYEORA_HOME", tempfile.mkdtemp(prefix="moyeora-tests-"))

from moyeora.network.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if "PASSWORD_AGAIN_AFTER" in os.environ:
    ACCOUNT_REAUTHENTICATION_TIMEOUT = int(os.environ["PASSWORD_AGAIN_AFTER"])
