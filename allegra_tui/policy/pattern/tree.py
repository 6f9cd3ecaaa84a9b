"""A Perl pattern as a tree. Every node knows the place in the source it came from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of the pattern: `source[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Char(Node):
    """One character; `fold` says that case is ignored, here and below."""

    code: int
    fold: bool


@dataclass(frozen=True, slots=True)
class Dot(Node):
    """Any character, the newline only where it says so."""

    newline: bool


@dataclass(frozen=True, slots=True)
class Range:
    """Code points from `low` to `high`, both included."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Kind:
    """A named set of characters: `d w s h v`, a POSIX class, or a Unicode property as the engine spells it."""

    name: str
    negated: bool = False


Member = Range | Kind


@dataclass(frozen=True, slots=True)
class Set(Node):
    """One character out of a set: a bracketed class, or an escape such as `\\w`."""

    members: Sequence[Member]
    negated: bool
    fold: bool


class At(Enum):
    """Places that an anchor asks for."""

    TEXT_START = auto()
    LINE_START = auto()
    TEXT_END = auto()
    LAST_LINE_END = auto()
    """The end, or before a newline that ends the text."""
    LINE_END = auto()
    WORD_EDGE = auto()
    NO_WORD_EDGE = auto()


@dataclass(frozen=True, slots=True)
class Anchor(Node):
    """A place between characters."""

    at: At


class Special(Enum):
    """Constructs that need no further detail."""

    LINE_BREAK = auto()
    FAIL = auto()


@dataclass(frozen=True, slots=True)
class Token(Node):
    """`\\R` or `(*FAIL)`."""

    special: Special


@dataclass(frozen=True, slots=True)
class Branch(Node):
    """One alternative: its items match one after the other."""

    items: Sequence[Node]


class GroupKind(Enum):
    """What a pair of parentheses does."""

    CAPTURE = auto()
    PLAIN = auto()
    RESET = auto()
    """Alternatives whose captures share their numbers."""
    ATOMIC = auto()
    AHEAD = auto()
    NOT_AHEAD = auto()
    BEHIND = auto()
    NOT_BEHIND = auto()

    @property
    def looks(self) -> bool:
        """Whether it is a look-around, which takes no text."""
        return self in {GroupKind.AHEAD, GroupKind.NOT_AHEAD, GroupKind.BEHIND, GroupKind.NOT_BEHIND}


@dataclass(frozen=True, slots=True)
class Group(Node):
    """A parenthesised part; `number` is set for captures."""

    kind: GroupKind
    branches: Sequence[Branch]
    number: int | None = None


class Mode(Enum):
    """How a quantifier chooses."""

    GREEDY = auto()
    LAZY = auto()
    POSSESSIVE = auto()


@dataclass(frozen=True, slots=True)
class Repeat(Node):
    """An item `low` to `high` times; without `high` as often as possible."""

    item: Node
    low: int
    high: int | None
    mode: Mode


@dataclass(frozen=True, slots=True)
class Backref(Node):
    """What a group has matched; of several with one name, the first that took part."""

    target: int | str
    fold: bool


@dataclass(frozen=True, slots=True)
class Call(Node):
    """The group's pattern once more, at this place."""

    target: int | str


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """One of two alternatives, by whether a group took part or a look-around holds; without a test a definition."""

    test: int | str | Group | None
    yes: Branch
    no: Branch | None


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something legal that hardly anybody means: `lint` is the id of the finding that tells of it."""

    start: int
    end: int
    lint: str


@dataclass(frozen=True, slots=True)
class Tree:
    """A whole pattern."""

    source: str
    branches: Sequence[Branch]
    groups: int
    """How many capture groups there are."""
    names: Mapping[str, Sequence[int]]
    oddities: Sequence[Oddity] = ()

    @property
    def refers(self) -> bool:
        """Whether any part refers to a group, so that no part means the same by itself."""
        return any(isinstance(node, Backref | Call | Conditional) for node in walk(self.branches))

    def numbers(self, target: int | str) -> Sequence[int]:
        """Return the numbers of the groups that a reference means; none for a group that does not exist."""
        if isinstance(target, str):
            return self.names.get(target, ())
        return (target,) if target <= self.groups else ()


NO_TREE = Tree("", (), 0, {})


def children(node: Node) -> Sequence[Node]:
    """Return the nodes right below a node, in the order of the source."""
    match node:
        case Branch(items=items):
            return items
        case Group(branches=branches):
            return branches
        case Repeat(item=item):
            return [item]
        case Conditional(test=test, yes=yes, no=no):
            return [part for part in (test, yes, no) if isinstance(part, Node)]
    return ()


def walk(nodes: Sequence[Node]) -> Iterator[Node]:
    """Yield the nodes and everything below them, in the order of the source."""
    for node in nodes:
        yield node
        yield from walk(children(node))
