"""The first schema."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# One row for each text of an issue. `id` orders them by issue, then by age, so that the newest issues come first
# off the index itself; the title stands with each, so that words of title and comment meet; the project is a word,
# so that a common word within a small project is found without looking at all the others.
SEARCH_TEXTS = """
CREATE VIEW search_texts (id, number, position, project, title, text) AS
SELECT issues.number << 20, issues.number, 0, 'p' || issues.project_id, issues.title, issue_texts.description
  FROM issues JOIN issue_texts ON issue_texts.number = issues.number
UNION ALL
SELECT issues.number << 20 | comments.position, issues.number, comments.position, 'p' || issues.project_id,
       issues.title, comments.text
  FROM comments JOIN issues ON issues.number = comments.issue
"""
SEARCH = """
CREATE VIRTUAL TABLE search USING fts5 (
  project, title, text, content = 'search_texts', content_rowid = 'id', columnsize = 0,
  tokenize = "unicode61 remove_diacritics 2"
)
"""


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_table(
        "blobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_blobs"),
        sa.UniqueConstraint("sha256", name="uq_blobs_sha256"),
    )
    op.create_table(
        "projects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
        sa.UniqueConstraint("key", name="uq_projects_key"),
    )
    op.create_table(
        "senders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_senders"),
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_settings"),
    )
    op.create_table(
        "blob_parts",
        sa.Column("blob_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("compressed", sa.Boolean(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["blob_id"], ["blobs.id"], name="fk_blob_parts_blob_id"),
        sa.PrimaryKeyConstraint("blob_id", "position", name="pk_blob_parts"),
    )
    op.create_table(
        "mailboxes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("protocol", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=True),
        sa.Column("security", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("secret_kind", sa.String(), nullable=False),
        sa.Column("secret_value", sa.JSON(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("leave_on_server", sa.Boolean(), nullable=False),
        sa.Column("move_to", sa.String(), nullable=True),
        sa.Column("ca_pem", sa.String(), nullable=True),
        sa.Column("pin", sa.String(), nullable=True),
        sa.Column("first_contact", sa.JSON(), nullable=False),
        sa.Column("connect_timeout", sa.Float(), nullable=False),
        sa.Column("read_timeout", sa.Float(), nullable=False),
        sa.Column("run_seconds", sa.Float(), nullable=False),
        sa.Column("poll_seconds", sa.Integer(), nullable=True),
        sa.Column("overdue_seconds", sa.Integer(), nullable=True),
        sa.Column("addresses", sa.JSON(), nullable=False),
        sa.Column("take_auto_generated", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_mailboxes_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mailboxes"),
        sa.UniqueConstraint("account", name="uq_mailboxes_account"),
        sa.UniqueConstraint("name", name="uq_mailboxes_name"),
    )
    op.create_table(
        "sender_addresses",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("sender_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["sender_id"], ["senders.id"], name="fk_sender_addresses_sender_id"),
        sa.PrimaryKeyConstraint("key", name="pk_sender_addresses"),
    )
    op.create_index("ix_sender_addresses_sender_id", "sender_addresses", ["sender_id"], unique=False)
    op.create_table(
        "leases",
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailboxes.id"], name="fk_leases_mailbox_id"),
        sa.PrimaryKeyConstraint("mailbox_id", name="pk_leases"),
    )
    op.create_table(
        "mailbox_states",
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("contacted", sa.Boolean(), nullable=False),
        sa.Column("last_attempt", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_success", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_run", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("consecutive_errors", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailboxes.id"], name="fk_mailbox_states_mailbox_id"),
        sa.PrimaryKeyConstraint("mailbox_id", name="pk_mailbox_states"),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column("received", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("review", sa.String(), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=True),
        sa.Column("comment_id", sa.Integer(), nullable=True),
        sa.Column("duplicate_of", sa.Integer(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("blob_id", sa.Integer(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("sender_key", sa.String(), nullable=False),
        sa.Column("sender_name", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("checks", sa.JSON(), nullable=False),
        sa.Column("repairs", sa.JSON(), nullable=False),
        sa.Column("trace", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["blob_id"], ["blobs.id"], name="fk_messages_blob_id"),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name="fk_messages_comment_id", use_alter=True),
        sa.ForeignKeyConstraint(["duplicate_of"], ["messages.id"], name="fk_messages_duplicate_of"),
        sa.ForeignKeyConstraint(["issue"], ["issues.number"], name="fk_messages_issue", use_alter=True),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailboxes.id"], name="fk_messages_mailbox_id"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
    )
    op.create_index(
        "ix_messages_blob_id",
        "messages",
        ["blob_id"],
        unique=False,
        sqlite_where=sa.text("blob_id IS NOT NULL"),
        postgresql_where=sa.text("blob_id IS NOT NULL"),
    )
    op.create_index(
        "ix_messages_duplicate_of",
        "messages",
        ["duplicate_of"],
        unique=False,
        sqlite_where=sa.text("duplicate_of IS NOT NULL"),
        postgresql_where=sa.text("duplicate_of IS NOT NULL"),
    )
    op.create_index(
        "ix_messages_kept",
        "messages",
        ["received", "id"],
        unique=False,
        sqlite_where=sa.text("blob_id IS NOT NULL"),
        postgresql_where=sa.text("blob_id IS NOT NULL"),
    )
    op.create_index("ix_messages_mailbox_id", "messages", ["mailbox_id", "id"], unique=False)
    op.create_index(
        "ix_messages_message_id",
        "messages",
        ["message_id"],
        unique=False,
        sqlite_where=sa.text("message_id IS NOT NULL"),
        postgresql_where=sa.text("message_id IS NOT NULL"),
    )
    op.create_index(
        "ix_messages_open",
        "messages",
        ["mailbox_id", "id"],
        unique=False,
        sqlite_where=sa.text("review = 'open'"),
        postgresql_where=sa.text("review = 'open'"),
    )
    op.create_index("ix_messages_received", "messages", ["received", "outcome", "mailbox_id"], unique=False)
    op.create_index(
        "ix_messages_received_rows",
        "messages",
        ["mailbox_id", "id"],
        unique=False,
        sqlite_where=sa.text("outcome = 'received'"),
        postgresql_where=sa.text("outcome = 'received'"),
    )
    op.create_index("ix_messages_sender_key", "messages", ["sender_key", "received"], unique=False)
    op.create_index(
        "uq_messages_content_hash_mailbox_id",
        "messages",
        ["content_hash", "mailbox_id"],
        unique=True,
        sqlite_where=sa.text("duplicate_of IS NULL"),
        postgresql_where=sa.text("duplicate_of IS NULL"),
    )
    op.create_table(
        "places",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailboxes.id"], name="fk_places_mailbox_id"),
        sa.PrimaryKeyConstraint("id", name="pk_places"),
        sa.UniqueConstraint(
            "mailbox_id", "epoch", "folder", "uidvalidity", name="uq_places_mailbox_id_epoch_folder_uidvalidity"
        ),
    )
    op.create_table(
        "baselines",
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("date", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name="fk_baselines_place_id"),
        sa.PrimaryKeyConstraint("place_id", "key", name="pk_baselines"),
    )
    op.create_table(
        "issues",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("mailbox_id", sa.Integer(), nullable=True),
        sa.Column("submitter_address", sa.String(), nullable=True),
        sa.Column("submitter_key", sa.String(), nullable=True),
        sa.Column("submitter_name", sa.String(), nullable=False),
        sa.Column("submitter_registered", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailboxes.id"], name="fk_issues_mailbox_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_issues_message_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_issues_project_id"),
        sa.PrimaryKeyConstraint("number", name="pk_issues"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_issues_created", "issues", ["created", "number"], unique=False)
    op.create_index("ix_issues_mailbox_id", "issues", ["mailbox_id", "number"], unique=False)
    op.create_index("ix_issues_project_id", "issues", ["project_id", "number", "state"], unique=False)
    op.create_index(
        "ix_issues_project_id_updated", "issues", ["project_id", "updated", "number", "state"], unique=False
    )
    op.create_index("ix_issues_state", "issues", ["state", "number"], unique=False)
    op.create_index("ix_issues_state_updated", "issues", ["state", "updated", "number"], unique=False)
    op.create_index("ix_issues_submitter_key", "issues", ["submitter_key", "number"], unique=False)
    op.create_index("ix_issues_updated", "issues", ["updated", "number", "state"], unique=False)
    op.create_table(
        "locations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("settle", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("move_to", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_locations_message_id"),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name="fk_locations_place_id"),
        sa.PrimaryKeyConstraint("id", name="pk_locations"),
        sa.UniqueConstraint("place_id", "key", name="uq_locations_place_id_key"),
    )
    op.create_index("ix_locations_message_id", "locations", ["message_id"], unique=False)
    op.create_index(
        "ix_locations_pending",
        "locations",
        ["place_id", "id"],
        unique=False,
        sqlite_where=sa.text("settle = 'pending'"),
        postgresql_where=sa.text("settle = 'pending'"),
    )
    op.create_table(
        "comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("submitter_address", sa.String(), nullable=True),
        sa.Column("submitter_key", sa.String(), nullable=True),
        sa.Column("submitter_name", sa.String(), nullable=False),
        sa.Column("submitter_registered", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("visible_text", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["issue"], ["issues.number"], name="fk_comments_issue"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_comments_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_comments"),
        sa.UniqueConstraint("issue", "position", name="uq_comments_issue_position"),
    )
    op.create_table(
        "issue_texts",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("visible_text", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["number"], ["issues.number"], name="fk_issue_texts_number"),
        sa.PrimaryKeyConstraint("number", name="pk_issue_texts"),
    )
    op.create_table(
        "attachments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=True),
        sa.Column("blob_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("inline", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["blob_id"], ["blobs.id"], name="fk_attachments_blob_id"),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name="fk_attachments_comment_id"),
        sa.ForeignKeyConstraint(["issue"], ["issues.number"], name="fk_attachments_issue"),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
    )
    op.create_index("ix_attachments_blob_id", "attachments", ["blob_id"], unique=False)
    op.create_index("ix_attachments_issue", "attachments", ["issue"], unique=False)
    op.execute(SEARCH_TEXTS)
    op.execute(SEARCH)
