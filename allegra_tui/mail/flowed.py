"""Text in format=flowed (RFC 3676): its lines joined to the paragraphs they were written as."""

_SIGNATURE = "-- "


def paragraphs(text: str, *, delete_space: bool) -> str:
    """The text with one line for each paragraph, quote marks kept. Linear.

    A line that ends with a blank goes on in the next one of the same quote depth; with `delete_space` (DelSp=yes) that
    blank is not part of the text. A blank that was put before a line to guard its beginning is taken away.
    """
    pieces: list[str] = []
    flows_at: int | None = None
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        if flows_at != depth or content == _SIGNATURE:
            if flows_at is not None:
                pieces[-1] = pieces[-1].rstrip(" ")
            pieces.append("\n" + ">" * depth + (" " if depth and content else ""))
        flows = content.endswith(" ") and content != _SIGNATURE and not content.isspace()
        flows_at = depth if flows else None
        pieces.append(content[:-1] if flows and delete_space else content)
    return "".join(pieces)[1:]
