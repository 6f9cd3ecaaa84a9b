"""The settings that the pattern screen changes, as they are to be."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from allegra_tui.model.settings import IntakeSettings


@dataclass(frozen=True, slots=True)
class Staged:
    """The pattern, and the addresses that it has to accept and to refuse; their order means nothing."""

    allowed_pattern: str
    must_accept: tuple[str, ...]
    must_refuse: tuple[str, ...]

    @property
    def changes(self) -> Mapping[str, object]:
        """The settings by name."""
        return asdict(self)

    def over(self, stored: IntakeSettings) -> IntakeSettings:
        """Return the stored settings with these laid over them."""
        return replace(
            stored,
            allowed_pattern=self.allowed_pattern,
            must_accept=self.must_accept,
            must_refuse=self.must_refuse,
        )

    def differs(self, stored: IntakeSettings) -> bool:
        """Whether anything would change."""
        return (
            self.allowed_pattern != stored.allowed_pattern
            or set(self.must_accept) != set(stored.must_accept)
            or set(self.must_refuse) != set(stored.must_refuse)
        )
