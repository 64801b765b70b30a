"""What the documentation's pages consist of: blocks of code, headings, links."""

import re
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\n(?P<code>.*?)^ *```$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"<!-- (?P<name>given|not run):(?P<text>(?:(?!-->).)*)-->\n+\Z", re.DOTALL)
LINK = re.compile(r"(?<!\\)\]\((?P<target>[^()\s]+(?:\([^()\s]*\)[^()\s]*)*)(?:\s+\"[^\"]*\")?\)|\b(?:src|href)=\"(?P<html>[^\"]+)\""
                  r"|^ {0,3}\[[^\]]+\]: *(?P<reference>\S+)", re.MULTILINE)
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)


def pages(project):
    """All of them: of docs/, and those that stand beside what they are about."""
    return [*(project / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")), *sorted(project.glob("docs/*.md")),
            *sorted(page for folder in ("data", "examples", "models") for page in (project / folder).rglob("README.md"))]


@dataclass
class Block:
    """Code between ``` and ```. In the comments before it, which readers do not see, stands what it takes for granted
    (`<!-- given:`), or why the tests do not run it (`<!-- not run: … -->`)."""

    page: Path
    language: str
    code: str
    line: int  # of the code's first
    given: str = ""
    given_line: int = 0
    not_run: str = ""


def blocks(page):
    text = page.read_text()
    for match in FENCE.finditer(text):
        block = Block(page, match["language"], match["code"], text.count("\n", 0, match.start("code")) + 1)
        before = COMMENT.search(text[: match.start()].rpartition("```")[2])
        if before and before["name"] == "given":
            block.given = before["text"].lstrip("\n")
            at = match.start() - len(before[0]) + before.start("text") - before.start()
            block.given_line = text.count("\n", 0, at) + 2
        elif before:
            block.not_run = " ".join(before["text"].split())
        yield block


def prose(page):
    """The page with empty lines for its blocks of code and its comments, and without what stands between ` and `."""
    text = re.sub(FENCE.pattern + r"|<!--.*?-->", lambda match: "\n" * match[0].count("\n"), page.read_text(), flags=FENCE.flags)
    return re.sub(r"`[^`\n]*`", "``", text)


def links(page):
    """(line, target) of every link and picture, in any of Markdown's ways or HTML."""
    text = prose(page)
    for match in LINK.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match["target"] or match["html"] or match["reference"]


def anchors(page):
    """Of the headings, as GitHub names them."""
    text = FENCE.sub("", page.read_text())
    names = set()
    for heading in HEADING.findall(text):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        name = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        number, unique = 0, name
        while unique in names:
            number += 1
            unique = f"{name}-{number}"
        names.add(unique)
    return names
