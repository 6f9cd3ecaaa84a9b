"""Whether somebody said what the first contact with a mailbox takes. Mailboxes that are there were set up so."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("mailbox_states", sa.Column("answered", sa.Boolean(), nullable=False, server_default=sa.true()))
