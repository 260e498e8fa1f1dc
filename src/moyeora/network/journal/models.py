"""Chains, entries and, beside them, what the entries tell and can be erased.

:mod:`.append_only` says what the database itself lets nobody do with these rows.
"""

from django.db import models

from moyeora.network.frame.ids import new_id


class Chain(models.Model):
    """A chain's head: how many entries it has and the hash of the last. It only grows."""

    id = models.UUIDField(primary_key=True, default=new_id)
    length = models.PositiveBigIntegerField(default=0)
    head = models.BinaryField(max_length=32)

    class Meta:
        default_permissions = ()


class Entry(models.Model):
    """One thing that was done. Never changed, never deleted.

    ``firms``: ids with a space between. The audience stands here and not with the payload, so
    that it is hashed too, and still known when the payload is erased.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    chain = models.ForeignKey(Chain, models.PROTECT, related_name="entries")
    number = models.PositiveBigIntegerField()  # from 1
    at = models.DateTimeField()
    person = models.UUIDField(null=True)
    firm = models.UUIDField(null=True)
    office = models.CharField(max_length=20)
    kind = models.CharField(max_length=60)
    subject = models.UUIDField()
    audience = models.CharField(max_length=20)
    firms = models.TextField(blank=True)
    seal = models.BinaryField(max_length=32)  # HMAC of the payload under its salt
    hash = models.BinaryField(max_length=32)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=["chain", "number"], name="one_entry_a_number"),
        )
        indexes = (
            models.Index(fields=["subject", "number"]),
            models.Index(fields=["chain", "kind", "number"]),
        )


class Payload(models.Model):
    """What an entry tells, and the salt of its seal; both go when personal data is erased."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="payload")
    facts = models.TextField()  # canonical JSON
    salt = models.BinaryField(max_length=32)

    class Meta:
        default_permissions = ()


class Key(models.Model):
    """A key that signs checkpoints: its public half. The private one lies outside, see keys.py."""

    id = models.CharField(primary_key=True, max_length=43)  # RFC 7638 thumbprint
    public = models.TextField()  # JSON Web Key
    made = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ("-made", "id")


class Checkpoint(models.Model):
    """A signed statement of how long a chain was at a time, and of its head."""

    id = models.UUIDField(primary_key=True, default=new_id)
    chain = models.ForeignKey(Chain, models.PROTECT, related_name="checkpoints")
    length = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    key = models.ForeignKey(Key, models.PROTECT)
    signed = models.TextField()  # JWS, compact

    class Meta:
        default_permissions = ()
        ordering = ("-length", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["chain", "length", "key"], name="one_checkpoint_a_length"
            ),
        )
