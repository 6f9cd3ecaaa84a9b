"""The tables, declared with SQLModel; the other modules run SQLAlchemy Core statements on them.

Columns that grow stand last, so that what lists read lies together. Times are UTC. Words such as outcomes are
stored as their values. The full-text index is no table of this metadata: see `search`.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, MetaData, Table, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from allegra_tui.model.verdict import Outcome, Review, Settle


class Base(SQLModel):
    """Own metadata, in which every constraint has a name that migrations can refer to."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def _where(condition: str) -> dict[str, Any]:
    """Return what makes an index partial, on either database."""
    return {"sqlite_where": text(condition)}


class SettingRecord(Base, table=True):
    """A setting of the intake that differs from its default."""

    __tablename__ = "settings"
    name: str = Field(primary_key=True)
    value: Any = Field(sa_type=JSON)


class ProjectRecord(Base, table=True):
    __tablename__ = "projects"
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """Upper case."""
    name: str
    archived: bool


class SenderRecord(Base, table=True):
    __tablename__ = "senders"
    id: int | None = Field(default=None, primary_key=True)
    name: str
    enabled: bool


class SenderAddressRecord(Base, table=True):
    __tablename__ = "sender_addresses"
    key: str = Field(primary_key=True)
    """The address as `address.key` gives it."""
    address: str
    sender_id: int = Field(foreign_key="senders.id", index=True)
    position: int
    domain: str
    """As it stands in `key`."""
    domain_skeleton: str
    """`disguise.skeleton` of the domain: equal for domains that look the same."""
    skeleton: str = Field(index=True)
    """The same of the whole address."""
    __table_args__ = (Index("ix_sender_addresses_domain_skeleton", "domain_skeleton", "domain"),)


class MailboxRecord(Base, table=True):
    __tablename__ = "mailboxes"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    account: str = Field(unique=True)
    """`Mailbox.account`."""
    project_id: int | None = Field(default=None, foreign_key="projects.id")
    protocol: str
    host: str
    port: int | None
    security: str
    username: str
    auth: str
    secret_kind: str
    secret_value: list[str] = Field(sa_type=JSON)
    provider: str | None
    client_id: str
    client_secret_kind: str
    client_secret_value: list[str] = Field(sa_type=JSON)
    tenant: str
    device_endpoint: str
    authorization_endpoint: str
    token_endpoint: str
    scope: str
    folder: str
    path: str
    leave_on_server: bool
    move_to: str | None
    ca_pem: str | None
    pin: str | None
    first_contact: Any = Field(sa_type=JSON)
    connect_timeout: float
    read_timeout: float
    run_seconds: float
    poll_seconds: int | None
    overdue_seconds: int | None
    addresses: list[str] = Field(sa_type=JSON)
    take_auto_generated: bool
    enabled: bool


class MailboxStateRecord(Base, table=True):
    __tablename__ = "mailbox_states"
    mailbox_id: int = Field(primary_key=True, foreign_key="mailboxes.id")
    epoch: int
    uidvalidity: int | None = Field(sa_type=BigInteger)
    answered: bool
    contacted: bool
    last_attempt: datetime | None
    last_success: datetime | None
    next_run: datetime | None
    error: str | None
    consecutive_errors: int
    note: str | None
    certificate: dict[str, Any] | None = Field(sa_type=JSON(none_as_null=True))
    """Facts of `Certificate`, times in seconds since 1970."""


class SignInRecord(Base, table=True):
    """Tokens are encrypted."""

    __tablename__ = "sign_ins"
    mailbox_id: int = Field(primary_key=True, foreign_key="mailboxes.id")
    client: str
    since: datetime
    refresh_token: str
    access_token: str | None
    renew_at: datetime
    expires_at: datetime
    lost: str
    renewing_until: datetime | None


class LeaseRecord(Base, table=True):
    __tablename__ = "leases"
    mailbox_id: int = Field(primary_key=True, foreign_key="mailboxes.id")
    host: str
    pid: int
    started: str
    until: datetime


class PlaceRecord(Base, table=True):
    """A numbering of locations, kept once instead of in each of them."""

    __tablename__ = "places"
    __table_args__ = (UniqueConstraint("mailbox_id", "epoch", "folder", "uidvalidity"),)
    id: int | None = Field(default=None, primary_key=True)
    mailbox_id: int = Field(foreign_key="mailboxes.id")
    epoch: int
    folder: str
    uidvalidity: int = Field(sa_type=BigInteger)


class BaselineRecord(Base, table=True):
    """A message that the first contact skipped."""

    __tablename__ = "baselines"
    place_id: int = Field(primary_key=True, foreign_key="places.id")
    key: str = Field(primary_key=True)
    date: datetime | None


class BlobRecord(Base, table=True):
    """Bytes, once for each SHA-256; they are in `blob_parts`."""

    __tablename__ = "blobs"
    id: int | None = Field(default=None, primary_key=True)
    sha256: str = Field(unique=True)
    size: int = Field(sa_type=BigInteger)


class BlobPartRecord(Base, table=True):
    """A piece of a blob: small enough that memory stays bounded whatever the size of the whole."""

    __tablename__ = "blob_parts"
    blob_id: int = Field(primary_key=True, foreign_key="blobs.id")
    position: int = Field(primary_key=True)
    compressed: bool
    data: bytes


class MessageRecord(Base, table=True):
    __tablename__ = "messages"
    __table_args__ = (
        Index(
            "uq_messages_content_hash_mailbox_id",
            "content_hash",
            "mailbox_id",
            unique=True,
            **_where("duplicate_of IS NULL"),
        ),
        Index("ix_messages_duplicate_of", "duplicate_of", **_where("duplicate_of IS NOT NULL")),
        Index("ix_messages_mailbox_id", "mailbox_id", "id"),
        Index("ix_messages_received_rows", "mailbox_id", "id", **_where(f"outcome = '{Outcome.RECEIVED}'")),
        Index("ix_messages_open", "mailbox_id", "id", **_where(f"review = '{Review.OPEN}'")),
        Index("ix_messages_message_id", "message_id", **_where("message_id IS NOT NULL")),
        Index("ix_messages_sender_key", "sender_key", "received"),
        Index("ix_messages_received", "received", "outcome", "mailbox_id"),
        Index("ix_messages_kept", "received", "id", **_where("blob_id IS NOT NULL")),
        Index("ix_messages_blob_id", "blob_id", **_where("blob_id IS NOT NULL")),
    )
    id: int | None = Field(default=None, primary_key=True)
    mailbox_id: int = Field(foreign_key="mailboxes.id")
    received: datetime
    outcome: str
    reason: str | None
    review: str
    issue: int | None = Field(
        sa_column=Column(Integer, ForeignKey("issues.number", use_alter=True, name="fk_messages_issue"))
    )
    comment_id: int | None = Field(
        sa_column=Column(Integer, ForeignKey("comments.id", use_alter=True, name="fk_messages_comment_id"))
    )
    duplicate_of: int | None = Field(foreign_key="messages.id")
    content_hash: str
    whole: bool
    blob_id: int | None = Field(foreign_key="blobs.id")
    """The original; None once retention removed it."""
    size: int = Field(sa_type=BigInteger)
    date: datetime | None
    attempts: int
    subject: str
    sender: str
    sender_key: str
    sender_name: str
    message_id: str | None
    detail: str
    checks: list[dict[str, Any]] = Field(sa_type=JSON)
    repairs: list[str] = Field(sa_type=JSON)
    trace: str


class LocationRecord(Base, table=True):
    __tablename__ = "locations"
    __table_args__ = (
        UniqueConstraint("place_id", "key"),
        Index("ix_locations_pending", "place_id", "id", **_where(f"settle = '{Settle.PENDING}'")),
    )
    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="messages.id", index=True)
    place_id: int = Field(foreign_key="places.id")
    key: str
    settle: str
    action: str
    move_to: str | None


class IssueRecord(Base, table=True):
    """What lists and filters read of an issue; its texts are in `issue_texts`."""

    __tablename__ = "issues"
    __table_args__ = (
        Index("ix_issues_project_id", "project_id", "number", "state"),
        Index("ix_issues_state", "state", "number"),
        Index("ix_issues_state_updated", "state", "updated", "number"),
        Index("ix_issues_updated", "updated", "number", "state"),
        Index("ix_issues_project_id_updated", "project_id", "updated", "number", "state"),
        Index("ix_issues_mailbox_id", "mailbox_id", "number"),
        Index("ix_issues_submitter_key", "submitter_key", "number"),
        Index("ix_issues_created", "created", "number"),
        {"sqlite_autoincrement": True},
    )
    number: int | None = Field(default=None, primary_key=True)
    """Never used twice, not even after a deletion."""
    project_id: int = Field(foreign_key="projects.id")
    state: str
    created: datetime
    updated: datetime
    message_id: int | None = Field(foreign_key="messages.id")
    mailbox_id: int | None = Field(foreign_key="mailboxes.id")
    submitter_address: str | None
    submitter_key: str | None
    submitter_name: str
    submitter_registered: bool
    title: str


class IssueTextRecord(Base, table=True):
    __tablename__ = "issue_texts"
    number: int = Field(primary_key=True, foreign_key="issues.number")
    description: str
    visible_text: str | None
    """None where it is the whole description."""


class CommentRecord(Base, table=True):
    __tablename__ = "comments"
    __table_args__ = (UniqueConstraint("issue", "position"),)
    id: int | None = Field(default=None, primary_key=True)
    issue: int = Field(foreign_key="issues.number")
    position: int
    """From 1 within the issue."""
    created: datetime
    message_id: int | None = Field(foreign_key="messages.id")
    submitter_address: str | None
    submitter_key: str | None
    submitter_name: str
    submitter_registered: bool
    text: str
    visible_text: str | None
    """None where it is the whole text."""


class AttachmentRecord(Base, table=True):
    __tablename__ = "attachments"
    id: int | None = Field(default=None, primary_key=True)
    issue: int = Field(foreign_key="issues.number", index=True)
    comment_id: int | None = Field(foreign_key="comments.id")
    blob_id: int = Field(foreign_key="blobs.id", index=True)
    filename: str
    content_type: str
    inline: bool


class AuditRecord(Base, table=True):
    __tablename__ = "audit"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    who: str
    action: str
    subject: str
    changes: dict[str, Any] = Field(sa_type=JSON)


def _table(record: type[Base]) -> Table:
    return Base.metadata.tables[str(record.__tablename__)]


settings = _table(SettingRecord)
projects = _table(ProjectRecord)
senders = _table(SenderRecord)
sender_addresses = _table(SenderAddressRecord)
mailboxes = _table(MailboxRecord)
mailbox_states = _table(MailboxStateRecord)
sign_ins = _table(SignInRecord)
leases = _table(LeaseRecord)
places = _table(PlaceRecord)
baselines = _table(BaselineRecord)
blobs = _table(BlobRecord)
blob_parts = _table(BlobPartRecord)
messages = _table(MessageRecord)
locations = _table(LocationRecord)
issues = _table(IssueRecord)
issue_texts = _table(IssueTextRecord)
comments = _table(CommentRecord)
attachments = _table(AttachmentRecord)
audit = _table(AuditRecord)
