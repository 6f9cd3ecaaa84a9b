"""Logging in by OAuth2, and the certificate that a mailbox's server showed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    def text(name: str, default: str = "") -> None:
        op.add_column("mailboxes", sa.Column(name, sa.String(), nullable=False, server_default=default))

    text("auth", "password")
    op.add_column("mailboxes", sa.Column("provider", sa.String(), nullable=True))
    text("client_id")
    text("client_secret_kind", "none")
    op.add_column("mailboxes", sa.Column("client_secret_value", sa.JSON(), nullable=False, server_default="[]"))
    for name in ("tenant", "device_endpoint", "authorization_endpoint", "token_endpoint", "scope"):
        text(name)
    op.add_column("mailbox_states", sa.Column("certificate", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "sign_ins",
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refresh_token", sa.String(), nullable=False),
        sa.Column("access_token", sa.String(), nullable=True),
        sa.Column("renew_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lost", sa.String(), nullable=False),
        sa.Column("renewing_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailboxes.id"], name="fk_sign_ins_mailbox_id"),
        sa.PrimaryKeyConstraint("mailbox_id", name="pk_sign_ins"),
    )
