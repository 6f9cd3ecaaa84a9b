"""HTML to Markdown by the library; also a program from standard input to output, the child that bounds large documents.

`html` imports it for small documents and runs it by its path for large ones. The library is a compiled module of some
MB: only mail without a plain part needs it.
"""

import resource
import sys

import html_to_markdown
from html_to_markdown import ConversionError

__all__ = ["ConversionError", "convert"]

MAX_BYTES = 400 << 20
MAX_SECONDS = 1
MAX_DEPTH = 400
"""Levels of elements that are followed. Long threads have some 200; quotes nested 1,000 deep take 800 MB."""

DEPTH_EXCEEDED = 3
"""Exit status where text lies deeper."""

OPTIONS = html_to_markdown.ConversionOptions(
    extract_metadata=False,
    autolinks=False,
    bullets="-",
    compact_tables=True,
    include_blockquote_citations=False,
    max_depth=MAX_DEPTH,
    preprocessing=html_to_markdown.PreprocessingOptions(enabled=False),
    skip_images=True,
)


def convert(source: str) -> str | None:
    """The document as Markdown; None where it holds more than `MAX_DEPTH` levels, and text was left out.

    Raises ConversionError.
    """
    result = html_to_markdown.convert(source, OPTIONS)
    if any(warning.kind == html_to_markdown.WarningKind.DEPTH_LIMIT_EXCEEDED for warning in result.warnings):
        return None
    return result.content or ""


def main() -> None:
    """Bounds itself, converts, writes."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS + 1))
    text = convert(sys.stdin.buffer.read().decode("utf-8"))
    if text is None:
        sys.exit(DEPTH_EXCEEDED)
    sys.stdout.buffer.write(text.encode("utf-8"))


if __name__ == "__main__":
    main()
