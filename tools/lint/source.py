"""Reads the repository's files for the rules: which files there are, and C++ without its comments and strings."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property

CPP = (".cpp", ".hpp")
TEXT = CPP + (".proto", ".py", ".sh", ".md", ".cmake", ".json", ".yml", ".service", ".js", ".mjs", ".ts", ".svelte", ".txt")
_TOKEN = re.compile(
    r'(?P<raw>R"(?P<tag>[^()\s\\]{0,16})\(.*?\)(?P=tag)")'
    r"|(?P<line>//[^\n]*)|(?P<block>/\*.*?\*/)"
    r'|(?P<string>"(?:[^"\\\n]|\\.)*")'
    r"|(?P<char>(?<![0-9A-Fa-f])'(?:[^'\\\n]|\\.)+')",
    re.DOTALL,
)


def _blank(text, keep_ends=0):
    """The same length and the same lines, with nothing to read."""
    if len(text) <= 2 * keep_ends:
        return text
    middle = text[keep_ends : len(text) - keep_ends] if keep_ends else text
    blanked = re.sub(r"[^\n]", " ", middle)
    return text[:keep_ends] + blanked + text[len(text) - keep_ends :] if keep_ends else blanked


def strip_comments(text):
    """Blanks comments; strings stay."""
    return _TOKEN.sub(lambda m: _blank(m[0]) if m["line"] or m["block"] else m[0], text)


def strip_code(text):
    """Blanks comments and what is inside strings and characters; quotes, length and lines stay."""
    return _TOKEN.sub(lambda m: _blank(m[0]) if m["line"] or m["block"] else _blank(m[0], 1), text)


def closing(text, opening):
    """Index of the bracket that closes the one at `opening`, or -1. `text` is stripped code."""
    pairs = {"(": ")", "[": "]", "{": "}"}
    expected = []
    for index in range(opening, len(text)):
        character = text[index]
        if character in pairs:
            expected.append(pairs[character])
        elif expected and character == expected[-1]:
            expected.pop()
            if not expected:
                return index
    return -1


@dataclass(frozen=True)
class Finding:
    """One broken rule. `where` is what an exception names: the path, or path:function."""

    rule: str
    where: str
    line: int
    message: str

    def __str__(self):
        path = self.where.split(":", 1)[0]
        return f"{path}:{self.line}: [{self.rule}] {self.message}"


class Source:
    """One file. Paths are relative to the root, with forward slashes."""

    def __init__(self, root, path):
        self.root = root
        self.path = path

    @cached_property
    def text(self):
        with open(os.path.join(self.root, self.path), encoding="utf-8", errors="replace") as file:
            return file.read()

    @cached_property
    def code(self):
        return strip_code(self.text)

    @cached_property
    def includes(self):
        """(line, name, quoted) of every #include that is not in a comment."""
        found = []
        for number, line in enumerate(strip_comments(self.text).splitlines(), 1):
            match = re.match(r'\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")', line)
            if match:
                found.append((number, match[1] or match[2], match[2] is not None))
        return found

    @property
    def folder(self):
        return self.path.split("/", 1)[0] if "/" in self.path else ""

    @property
    def is_cpp(self):
        return self.path.endswith(CPP)

    def line_of(self, index):
        return self.text.count("\n", 0, index) + 1


def git(root, *arguments):
    """Standard output of git, or None when it fails."""
    done = subprocess.run(["git", "-C", root, *arguments], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def list_sources(root):
    """Every text file that is tracked or could be committed."""
    listed = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if listed is None:
        print(f"lint: skipped, {root} is not a git checkout", file=sys.stderr)
        raise SystemExit(77)
    paths = sorted(set(filter(None, listed.split("\0"))))
    named = ("CMakeLists.txt", ".ci/run")
    return [Source(root, p) for p in paths if (p.endswith(TEXT) or p in named) and os.path.isfile(os.path.join(root, p))]
