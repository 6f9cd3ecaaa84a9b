"""The intake: mail in mailboxes becomes issues, comments, or recorded refusals."""

from allegra_tui.usecases.intake.dry import fetch_dry
from allegra_tui.usecases.intake.run import IntakeOff, fetch

__all__ = ["IntakeOff", "fetch", "fetch_dry"]
