"""Reads a Perl 5 pattern into a tree, in one pass from left to right.

What Perl refuses is refused, and so is what cannot be told faithfully: refusing is allowed, guessing is not.
Sources: perlre, perlrebackslash; details that the pages leave open were tried with perl 5.36.
"""

import re

from allegra_tui.policy.pattern.charclass import read_class
from allegra_tui.policy.pattern.escapes import read_escape
from allegra_tui.policy.pattern.openings import (
    NAME,
    Condition,
    Failure,
    Modifiers,
    Opening,
    Reference,
    read_opening,
    relative,
)
from allegra_tui.policy.pattern.reader import Flags, Reader
from allegra_tui.policy.pattern.tree import (
    Anchor,
    At,
    Backref,
    Branch,
    Call,
    Char,
    Conditional,
    Dot,
    Group,
    GroupKind,
    Kind,
    Mode,
    Node,
    Repeat,
    Set,
    Special,
    Token,
    Tree,
    walk,
)

MAX_NESTING = 50

_PATTERN_WHITE_SPACE = "\t\n\v\f\r \x85\u200e\u200f\u2028\u2029"
_COUNT = re.compile(r"\{[ \t]*(?:([0-9]+)[ \t]*(,?)[ \t]*([0-9]*)|(,)[ \t]*([0-9]+))[ \t]*\}")
_NAMED_CHARACTER = re.compile(rf"(?:\s|\(\?#[^)]*\))*(?!{_COUNT.pattern})\{{")
_SIMPLE_COUNTS = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_ANCHORS = {
    "b": At.WORD_EDGE,
    "B": At.NO_WORD_EDGE,
    "A": At.TEXT_START,
    "G": At.TEXT_START,
    "Z": At.LAST_LINE_END,
    "z": At.TEXT_END,
}
_DECIMAL = re.compile(r"[1-9][0-9]*")
_BACKREF = re.compile(
    rf"""g(?: (?P<number>-?[1-9][0-9]*) | \{{[ \t]*(?:(?P<braced>-?[1-9][0-9]*)|(?P<g>{NAME}))[ \t]*\}} )
      | k(?: <(?P<angle>{NAME})> | '(?P<quote>{NAME})' | \{{[ \t]*(?P<k>{NAME})[ \t]*\}} )""",
    re.VERBOSE,
)


def parse(source: str) -> Tree:
    """Return the pattern as a tree, case ignored. Raises PatternError with the position of what cannot be used."""
    return _Parser(source).tree()


class _Parser(Reader):
    """The state of one pass."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self._depth = 0
        self._names: dict[str, list[int]] = {}

    def tree(self) -> Tree:
        branches, _ = self._branches(Flags())
        if not self.at_end:
            raise self.error("This ) closes nothing")
        tree = Tree(self.source, tuple(branches), self.groups, self._names, tuple(self.oddities))
        for node in walk(branches):
            self._check_reference(tree, node)
        return tree

    def _check_reference(self, tree: Tree, node: Node) -> None:
        match node:
            case Backref(target=str(name)) | Call(target=str(name)) | Conditional(test=str(name)):
                if not tree.numbers(name):
                    raise self.error(f"There is no group named {name}", node.start)
            case Backref(target=int(number)) | Call(target=int(number)):
                if not tree.numbers(number):
                    raise self.error(f"There is no group {number}", node.start)

    def _branches(self, flags: Flags, *, reset: bool = False) -> tuple[list[Branch], Flags]:
        """Read alternatives up to a `)` or the end, and return the modifiers in force there.

        Under `reset` each alternative counts its captures from the same number.
        """
        first = most = self.groups
        branches: list[Branch] = []
        while True:
            branch, flags = self._branch(flags)
            branches.append(branch)
            most = max(most, self.groups)
            if not self.take("|"):
                self.groups = most
                return branches, flags
            if reset:
                self.groups = first

    def _branch(self, flags: Flags) -> tuple[Branch, Flags]:
        start = self.pos
        items: list[Node] = []
        self._skip(flags)
        while not (self.at_end or self.peek("|") or self.peek(")")):
            node, flags = self._atom(flags)
            self._skip(flags)
            if node:
                items.append(self._quantified(node, flags))
        return Branch(start, self.pos, tuple(items)), flags

    def _skip(self, flags: Flags) -> None:
        """Step over comments, and under x over white space."""
        while True:
            if self.peek("(?#"):
                end = self.source.find(")", self.pos)
                if end < 0:
                    raise self.error("This comment has no closing )")
                self.pos = end + 1
            elif flags.extended and self.peek("#"):
                end = self.source.find("\n", self.pos)
                self.pos = len(self.source) if end < 0 else end + 1
            elif flags.extended and not self.at_end and self.source[self.pos] in _PATTERN_WHITE_SPACE:
                self.pos += 1
            else:
                return

    def _quantified(self, node: Node, flags: Flags) -> Node:
        count = self._count()
        if count is None:
            return node
        self._skip(flags)
        mode = Mode.LAZY if self.take("?") else Mode.POSSESSIVE if self.take("+") else Mode.GREEDY
        end = self.pos
        low, high = count
        if high is not None and high < low and mode is not Mode.GREEDY:
            raise self.error("A count that can never be reached takes no ? or +", end - 1)
        self._skip(flags)
        position = self.pos
        if self._count() is not None:
            raise self.error("Two quantifiers in a row; put parentheses around the first", position)
        return Repeat(node.start, end, node, low, high, mode)

    def _count(self) -> tuple[int, int | None] | None:
        """Read a quantifier's counts, if one comes next."""
        start = self.pos
        if found := self.scan(_COUNT):
            low, comma, high = found[1] or "0", found[2] or found[4], found[3] or found[5]
            if any(len(number) > 1 and number[0] == "0" for number in (low, high) if number):
                raise self.error("A count must not begin with 0", start)
            return int(low), int(high) if high else None if comma else int(low)
        char = self.source[self.pos : self.pos + 1]
        if char in _SIMPLE_COUNTS:
            self.pos += 1
        return _SIMPLE_COUNTS.get(char)

    def _atom(self, flags: Flags) -> tuple[Node | None, Flags]:
        start = self.pos
        char = self.next()
        match char:
            case "(":
                return self._group(flags)
            case "[":
                return read_class(self, flags), flags
            case "\\":
                return self._escape(start, flags), flags
            case ".":
                return Dot(start, self.pos, newline=flags.dotall), flags
            case "^":
                return Anchor(start, self.pos, At.LINE_START if flags.multiline else At.TEXT_START), flags
            case "$":
                return Anchor(start, self.pos, At.LINE_END if flags.multiline else At.LAST_LINE_END), flags
            case "*" | "+" | "?":
                raise self.error(f"Nothing stands before this {char} that it could repeat", start)
            case "{" if re.search(r"\\[A-Za-z]$", self.source[max(start - 2, 0) : start]):
                raise self.error(r"Perl does not allow a bare { here; write \{", start)
        return Char(start, self.pos, ord(char), flags.fold), flags

    def _escape(self, start: int, flags: Flags) -> Node:
        if self.at_end:
            raise self.error("The pattern ends in a backslash", start)
        if (reference := self._backref()) is not None:
            return Backref(start, self.pos, reference, flags.fold)
        value = read_escape(self, in_class=False)
        if isinstance(value, int):
            return Char(start, self.pos, value, flags.fold)
        if isinstance(value, Kind):
            return Set(start, self.pos, (value,), negated=False, fold=flags.fold)
        char = self.next()
        if char in {"b", "B"} and self.peek("{"):
            raise self.error(rf"\{char}{{…}} is not known here", start)
        if char in _ANCHORS:
            return Anchor(start, self.pos, _ANCHORS[char])
        match char:
            case "R":
                return Token(start, self.pos, Special.LINE_BREAK)
            case "N":
                if _NAMED_CHARACTER.match(self.source, self.pos):
                    raise self.error(r"Characters by name are not known here; write \N{U+40} or \x{40}", start)
                return Dot(start, self.pos, newline=False)
            case "C" | "K" | "X" | "g" | "k":
                raise self.error(rf"\{char} is not known here, or not in this form", start)
        if char.isascii() and char.isalpha():
            self.note(start, "P02")
        return Char(start, self.pos, ord(char), flags.fold)

    def _backref(self) -> int | str | None:
        """Read a reference after a backslash. One of two digits without so many groups before it is octal."""
        start = self.pos
        if found := self.scan(_DECIMAL):
            number = int(found[0])
            if number < 10 or number <= self.groups or found[0][0] in "89":
                return number
            self.pos = start
        if found := self.scan(_BACKREF):
            if number_text := found["number"] or found["braced"]:
                return relative(self, number_text, start) if number_text[0] == "-" else int(number_text)
            return found["g"] or found["angle"] or found["quote"] or found["k"]
        return None

    def _group(self, flags: Flags) -> tuple[Node | None, Flags]:
        start = self.pos - 1
        match read_opening(self, flags):
            case Modifiers(flags=flags):
                return None, flags
            case Failure():
                return Token(start, self.pos, Special.FAIL), flags
            case Reference(target=target, is_call=True):
                return Call(start, self.pos, target), flags
            case Reference(target=target):
                return Backref(start, self.pos, target, flags.fold), flags
            case Condition() as condition:
                return self._conditional(start, condition, flags)
            case Opening() as opening:
                return self._body(start, opening), flags

    def _body(self, start: int, opening: Opening) -> Group:
        number = None
        if opening.kind is GroupKind.CAPTURE:
            self.groups += 1
            number = self.groups
        if opening.name and number:
            self._names.setdefault(opening.name, []).append(number)
        branches, _ = self._inside(start, opening.flags, reset=opening.kind is GroupKind.RESET)
        return Group(start, self.pos, opening.kind, tuple(branches), number)

    def _inside(self, start: int, flags: Flags, *, reset: bool = False) -> tuple[list[Branch], Flags]:
        """Read alternatives and the `)` that closes the group opened at `start`."""
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise self.error(f"Groups are nested more than {MAX_NESTING} deep", start, "P14")
        branches, flags = self._branches(flags, reset=reset)
        if not self.take(")"):
            raise self.error("This ( has no closing )", start)
        self._depth -= 1
        return branches, flags

    def _conditional(self, start: int, condition: Condition, flags: Flags) -> tuple[Conditional, Flags]:
        """Read a condition's alternatives; modifiers set in them stay in force after it, other than in a group."""
        test: int | str | Group | None = condition.target
        if condition.looks:
            position = self.pos - 1
            opening = read_opening(self, flags)
            if not isinstance(opening, Opening) or not opening.kind.looks:
                raise self.error("This is no condition", position)
            test = self._body(position, opening)
        branches, flags = self._inside(start, flags)
        if len(branches) > (1 if test is None else 2):
            raise self.error("A condition has too many alternatives", start)
        no = branches[1] if len(branches) > 1 else None
        return Conditional(start, self.pos, test, branches[0], no), flags
