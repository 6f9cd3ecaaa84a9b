"""What makes a pattern unusable."""


class PatternError(ValueError):
    """A pattern that cannot be used; `str()` is one sentence for people.

    `position` is the index in the pattern where the trouble is, None where it is the whole pattern;
    `lint` is the id of the finding that reports it, `fix` a pattern to use instead, where there is an obvious one.
    """

    def __init__(self, message: str, position: int | None = None, lint: str = "P01", fix: str | None = None) -> None:
        super().__init__(message)
        self.position = position
        self.lint = lint
        self.fix = fix

    @property
    def told(self) -> str:
        """The sentence, and where in the pattern the trouble is, counted from 1."""
        return str(self) if self.position is None else f"{self} (character {self.position + 1})"
