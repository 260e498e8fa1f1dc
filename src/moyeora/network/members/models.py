"""What is stored of firms, people and offers, with the constraints that the database holds."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager
from encrypted_fields.fields import EncryptedCharField

from moyeora.network.frame.actor import OF_A_FIRM, Office
from moyeora.network.frame.ids import new_id


class Firm(models.Model):
    """A member firm as every member may see it: no price, no cost, no account stands here."""

    class Standing(models.TextChoices):
        APPLIED = "applied", _("applied")
        MEMBER = "member", _("member")
        SUSPENDED = "suspended", _("suspended")
        LEFT = "left", _("left")

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.CharField(_("business number"), max_length=12, unique=True)  # 000-00-00000
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100, blank=True)
    trade = models.CharField(_("trade (KSIC)"), max_length=5)
    region = models.CharField(_("region"), max_length=50)
    latitude = models.DecimalField(max_digits=8, decimal_places=5)
    longitude = models.DecimalField(max_digits=8, decimal_places=5)
    employees = models.PositiveIntegerField(_("employees"), default=0)
    profile = models.TextField(_("what we do"), max_length=4000, blank=True)
    website = models.URLField(_("website"), blank=True)
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.MEMBER)
    made_up = models.BooleanField(default=False)  # of the demonstration network
    joined = models.DateField(null=True)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ()
        ordering = ("name", "number")
        indexes = (
            models.Index(fields=["trade"]),
            models.Index(fields=["region"]),
        )

    def __str__(self) -> str:
        return self.name


class Certificate(models.Model):
    """A certificate of a firm, with its expiry."""

    id = models.UUIDField(primary_key=True, default=new_id)
    firm = models.ForeignKey(Firm, models.CASCADE, related_name="certificates")
    name = models.CharField(_("certificate"), max_length=60)
    expires = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=["firm", "name"], name="one_certificate_a_name"),
        )
        indexes = (models.Index(fields=["name"]),)


class Offer(models.Model):
    """What a firm can do, as all members may see it. Its terms are for the firm alone."""

    id = models.UUIDField(primary_key=True, default=new_id)
    firm = models.ForeignKey(Firm, models.CASCADE, related_name="offers")
    capability = models.CharField(_("capability"), max_length=60)  # a term of the trade list
    unit = models.CharField(_("unit"), max_length=20)
    lead_days = models.PositiveIntegerField(_("lead time, days"), default=0)
    free_capacity = models.BooleanField(_("has free capacity"), default=True)
    active = models.BooleanField(default=True)

    class Meta:
        default_permissions = ()
        ordering = ("capability", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["firm", "capability"],
                condition=models.Q(active=True),
                name="one_offer_a_capability",
            ),
        )
        indexes = (models.Index(fields=["capability"]),)


class Terms(models.Model):
    """The confidential half of an offer: prices, capacity, own cost, track record as counted.

    Scoped by firm: a query outside the firm's scope finds nothing or fails.
    """

    offer = models.OneToOneField(Offer, models.CASCADE, primary_key=True, related_name="terms")
    price = models.PositiveBigIntegerField(_("price a unit"))
    currency = models.CharField(max_length=3, default="KRW")
    price_breaks = models.CharField(_("price breaks"), max_length=400, blank=True)
    own_cost = models.PositiveBigIntegerField(_("own cost a unit"), null=True, blank=True)
    setup_cost = models.PositiveBigIntegerField(_("set-up cost"), default=0)
    capacity = models.CharField(_("free units a week"), max_length=2000)
    capacity_from = models.DateField(_("first week begins"), null=True, blank=True)
    lot = models.PositiveBigIntegerField(_("units in a lot"), default=1)
    smallest = models.PositiveBigIntegerField(_("fewest units"), default=0)
    largest = models.PositiveBigIntegerField(_("most units"), default=10**9)
    on_time = models.DecimalField(_("on time"), max_digits=5, decimal_places=4, default=1)
    defect_ppm = models.PositiveIntegerField(_("defects, ppm"), default=0)
    orders = models.PositiveIntegerField(_("orders done"), default=0)
    line = models.CharField(_("production line"), max_length=40, blank=True)

    objects = ScopedManager(firm="offer__firm")

    class Meta:
        default_permissions = ()
        constraints = (
            models.CheckConstraint(
                condition=models.Q(on_time__gte=0, on_time__lte=1), name="on_time_is_a_share"
            ),
            models.CheckConstraint(condition=models.Q(lot__gte=1), name="a_lot_is_not_empty"),
        )


class Tie(models.Model):
    """Two firms that have worked together: how often, and how it went (1 badly .. 5 very well)."""

    a = models.ForeignKey(Firm, models.CASCADE, related_name="+")
    b = models.ForeignKey(Firm, models.CASCADE, related_name="+")
    times = models.PositiveIntegerField(default=1)
    rating = models.PositiveSmallIntegerField(default=3)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=["a", "b"], name="one_tie_a_pair"),
            models.CheckConstraint(condition=models.Q(a__lt=models.F("b")), name="tie_in_order"),
            models.CheckConstraint(
                condition=models.Q(rating__gte=1, rating__lte=5), name="rating_1_to_5"
            ),
        )


class Exclusion(models.Model):
    """Two firms that must not sit together; seen by both of them and the association alone."""

    a = models.ForeignKey(Firm, models.CASCADE, related_name="+")
    b = models.ForeignKey(Firm, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=["a", "b"], name="one_exclusion_a_pair"),
            models.CheckConstraint(
                condition=models.Q(a__lt=models.F("b")), name="exclusion_in_order"
            ),
        )


class BankAccount(models.Model):
    """Where a firm is paid. A change is asked by one person, confirmed by another, and waits."""

    class State(models.TextChoices):
        ASKED = "asked", _("waits for a second person")
        CONFIRMED = "confirmed", _("confirmed, waits for its day")
        USED = "used", _("in use")
        REFUSED = "refused", _("refused")
        REPLACED = "replaced", _("replaced")

    id = models.UUIDField(primary_key=True, default=new_id)
    firm = models.ForeignKey(Firm, models.CASCADE, related_name="accounts")
    bank = models.CharField(_("bank"), max_length=40)
    number = EncryptedCharField(_("account number"), max_length=200)
    holder = EncryptedCharField(_("account holder"), max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    confirmed_by = models.UUIDField(null=True)
    wrong_digits = models.PositiveSmallIntegerField(default=0)  # tries in the confirming call
    used_from = models.DateTimeField(null=True)

    objects = ScopedManager(firm="firm")

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=["firm"], condition=models.Q(state="used"), name="one_account_in_use"
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True)
                | ~models.Q(confirmed_by=models.F("asked_by")),
                name="two_people_for_an_account",
            ),
        )


class PersonManager(BaseUserManager["Person"]):
    def create_person(self, email: str, name: str, password: str | None = None) -> "Person":
        """Make a person; without a password nobody can sign in until one is chosen."""
        person = self.model(email=email.strip().lower(), name=name)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """Somebody who signs in. What they may do is in their offices, not here."""

    id = models.UUIDField(primary_key=True, default=new_id)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=60)
    is_active = models.BooleanField(default=True)
    made_up = models.BooleanField(default=False)
    language = models.CharField(max_length=2, default="ko")  # of mails; pages go by a cookie
    muted = models.JSONField(default=list)  # kinds of notices that the digest leaves out
    digested = models.DateField(null=True)  # the day of the last digest

    objects = PersonManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ("name",)

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(Lower("email"), name="one_person_an_email"),)

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name


class Holding(models.Model):
    """A person holds an office: in a firm, in the association, in the agency, or as the auditor of
    one consortium, for a term.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    person = models.ForeignKey(Person, models.CASCADE, related_name="holdings")
    office = models.CharField(
        max_length=20,
        choices=[
            (o.value, o.label) for o in Office if o.value not in ("customer", "clock", "anyone")
        ],
    )
    firm = models.ForeignKey(Firm, models.CASCADE, null=True, related_name="holdings")
    consortium = models.UUIDField(null=True)  # an auditor's; consortia stand in a room above
    place = models.CharField(max_length=120, blank=True)  # what the consortium is called
    since = models.DateTimeField(db_default=Now())
    until = models.DateField(null=True)  # the last day of a term
    ended = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ("since", "id")
        constraints = (
            # Two each, since SQLite takes no NULL for equal.
            models.UniqueConstraint(
                fields=["person", "office", "firm"],
                condition=models.Q(ended__isnull=True),
                name="one_holding_of_an_office",
            ),
            # SQLite cannot take two without a firm for equal (nulls_distinct) in the first.
            models.UniqueConstraint(
                fields=["person", "office"],
                condition=models.Q(ended__isnull=True, firm__isnull=True, consortium__isnull=True),
                name="one_holding_without_a_firm",
            ),
            models.UniqueConstraint(
                fields=["consortium"],
                condition=models.Q(ended__isnull=True),
                name="one_auditor_a_consortium",
            ),
            models.CheckConstraint(
                condition=models.Q(office="auditor", consortium__isnull=False)
                | (~models.Q(office="auditor") & models.Q(consortium__isnull=True)),
                name="auditors_have_a_consortium",
            ),
            models.CheckConstraint(
                condition=models.Q(office__in=[o.value for o in OF_A_FIRM], firm__isnull=False)
                | models.Q(firm__isnull=True) & ~models.Q(office__in=[o.value for o in OF_A_FIRM]),
                name="offices_of_a_firm_have_one",
            ),
        )

    @property
    def where(self) -> str:
        """The name of the firm or of the consortium that it is of; "" where it is of neither."""
        return self.firm.name if self.firm else self.place


class Token(models.Model):
    """An API token of a person; only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=new_id)
    holding = models.ForeignKey(Holding, models.CASCADE, related_name="tokens")
    label = models.CharField(_("what it is for"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the token, hexadecimal
    made = models.DateTimeField(db_default=Now())
    used = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()


class IdempotencyKey(models.Model):
    """A request of the API that was carried out under a key; asked again, it answers with what it
    made (:mod:`.once`).
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    holding = models.ForeignKey(Holding, models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    request = models.CharField(max_length=64)  # SHA-256 of method, path and body, hexadecimal
    made = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=["holding", "key"], name="one_use_of_a_key"),)


class Invitation(models.Model):
    """A link by which somebody takes an office and chooses a password; only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=new_id)
    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=60)
    office = models.CharField(_("office"), max_length=20)
    firm = models.ForeignKey(Firm, models.CASCADE, null=True, related_name="invitations")
    # As of the holding that it becomes.
    consortium = models.UUIDField(null=True)
    place = models.CharField(max_length=120, blank=True)
    until = models.DateField(null=True)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the secret, hexadecimal
    invited_by = models.UUIDField(null=True)  # nobody: the command for the first coordinator
    made = models.DateTimeField()
    expires = models.DateTimeField()
    ended = models.DateTimeField(null=True)  # taken or withdrawn

    class Meta:
        default_permissions = ()
        ordering = ("-made",)
        constraints = (
            models.UniqueConstraint(
                fields=["email", "office", "firm"],
                condition=models.Q(ended__isnull=True),
                name="one_open_invitation",
            ),
            # SQLite cannot take two without a firm for equal (nulls_distinct) in the first.
            models.UniqueConstraint(
                fields=["email", "office"],
                condition=models.Q(ended__isnull=True, firm__isnull=True, consortium__isnull=True),
                name="one_open_invitation_without_a_firm",
            ),
            models.UniqueConstraint(
                fields=["consortium"],
                condition=models.Q(ended__isnull=True),
                name="one_open_invitation_a_consortium",
            ),
        )


class Upload(models.Model):
    """A table on its way into the network. Its rows lie in a file that goes when it ends."""

    class Kind(models.TextChoices):
        MEMBERS = "members", _("firms and offers")
        TIES = "ties", _("who worked together")
        EXCLUSIONS = "exclusions", _("who must not sit together")

    class State(models.TextChoices):
        OPEN = "open", _("being prepared")
        RUNNING = "running", _("being written")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        DROPPED = "dropped", _("given up")

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # SHA-256 of the file, hexadecimal
    encoding = models.CharField(max_length=12)
    rows = models.PositiveIntegerField()
    formulas = models.PositiveIntegerField(default=0)
    headings = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)  # column name -> index of the heading
    fixes = models.JSONField(default=dict)  # row -> column name -> what is written instead
    person = models.UUIDField()
    created = models.DateTimeField()
    job = models.UUIDField(null=True)
    result = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()
        ordering = ("-created",)
