"""How the addresses of registered senders look, so that a stranger's that looks the same is found by an index."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from allegra_tui.disguise import skeleton

revision = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    columns = [
        sa.Column(name, sa.String(), nullable=False, server_default="")
        for name in ("domain", "domain_skeleton", "skeleton")
    ]
    for column in columns:
        op.add_column("sender_addresses", column)
    addresses = sa.table("sender_addresses", sa.column("key"), *(sa.column(column.name) for column in columns))
    connection = op.get_bind()
    found = [
        {"of": key, "domain": domain, "domain_skeleton": skeleton(domain), "skeleton": skeleton(key)}
        for key in connection.execute(sa.select(addresses.c.key)).scalars()
        for domain in [key.rpartition("@")[2]]
    ]
    if found:
        connection.execute(sa.update(addresses).where(addresses.c.key == sa.bindparam("of")), found)
    op.create_index("ix_sender_addresses_skeleton", "sender_addresses", ["skeleton"])
    op.create_index("ix_sender_addresses_domain_skeleton", "sender_addresses", ["domain_skeleton", "domain"])
