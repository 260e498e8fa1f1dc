"""Chains, entries and, beside them, what the entries tell and can be erased."""

from django.db import models

from moyeora.network.frame.ids import new_id


class Chain(models.Model):
    """A chain's head: how many entries it has and the hash of the last."""

    id = models.UUIDField(primary_key=True, default=new_id)
    length = models.PositiveBigIntegerField(default=0)
    head = models.BinaryField(max_length=32)

    class Meta:
        default_permissions = ()


class Entry(models.Model):
    """One thing that was done. Never changed, never deleted: the database holds that itself."""

    id = models.UUIDField(primary_key=True, default=new_id)
    chain = models.ForeignKey(Chain, models.PROTECT, related_name="entries")
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    person = models.UUIDField(null=True)
    firm = models.UUIDField(null=True)
    office = models.CharField(max_length=20)
    kind = models.CharField(max_length=60)
    subject = models.UUIDField()
    seal = models.BinaryField(max_length=32)  # HMAC of the payload under its salt
    hash = models.BinaryField(max_length=32)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=["chain", "number"], name="one_entry_a_number"),
        )
        indexes = (models.Index(fields=["subject", "number"]),)


class Payload(models.Model):
    """What an entry tells, and the salt of its seal; both go when personal data is erased."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="payload")
    facts = models.TextField()
    salt = models.BinaryField(max_length=32)
    audience = models.CharField(max_length=20)
    firms = models.JSONField(default=list)

    class Meta:
        default_permissions = ()
