"""Golden files are only ever added: bytes that were written once must load for ever."""

import os

from source import Finding, git

GOLDEN = "tests/golden"


def base_commit(root):
    """What this change is compared with: $HF_BASE, where the upstream branch was left, or the commit before."""
    named = os.environ.get("HF_BASE")
    if named:
        return (git(root, "rev-parse", "--verify", "--quiet", f"{named}^{{commit}}") or "").strip() or None
    head = (git(root, "rev-parse", "HEAD") or "").strip()
    for upstream in ("@{upstream}", "origin/main"):
        base = (git(root, "merge-base", "HEAD", upstream) or "").strip()
        if base and base != head:
            return base
    return (git(root, "rev-parse", "--verify", "--quiet", "HEAD~1") or "").strip() or None


def check(root):
    base = base_commit(root)
    if base is None:
        return
    changed = git(root, "diff", "--no-renames", "--name-status", "--diff-filter=MDT", base, "--", GOLDEN) or ""
    for line in filter(None, changed.splitlines()):
        status, path = line.split("\t", 1)
        what = "deleted" if status == "D" else "changed"
        yield Finding("golden", path, 1, f"{what} since {base[:10]}; a new version of a format gets a new file")
