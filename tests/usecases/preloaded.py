"""What a child of `children` needs is imported once, in the process that all of them are forked from."""

import allegra_tui.commands.fetch
import allegra_tui.mail
import allegra_tui.sources
import allegra_tui.store.database
import allegra_tui.usecases.intake  # noqa: F401
