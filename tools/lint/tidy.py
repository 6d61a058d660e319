#!/usr/bin/env python3
"""Runs clang-tidy on what changed, within a time budget.

Usage: tools/lint/tidy.py [--build DIR] [--seconds N] [--all] [FILE…]

Without files: every .cpp that differs from the base (where the upstream branch was left, or the commit before; $HF_BASE names
another) and every .cpp beside a changed header, the smallest first, so that the budget reaches the most. The build directory must
be configured, and built far enough to have its generated headers. Files that the budget does not reach are named and are no
findings; --all has no budget. Exit status: 0 nothing found, 1 findings, 77 no clang-tidy here.
"""

import argparse
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from golden_rules import base_commit
from source import git

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Newer ones read the standard library's C++20 headers; 14 does not read all of them.
TOOLS = ("clang-tidy-16", "clang-tidy-15", "clang-tidy")
# The first line of a diagnostic; notes and the code that it is about follow until the next one.
DIAGNOSTIC = re.compile(r"^\S.*:\d+:\d+: (?:warning|error|fatal error): ", re.MULTILINE)
UNREADABLE = "[clang-diagnostic-error"
# Where CMake's unity builds name the files that are compiled as one.
UNITED = re.compile(r'^#include "(.+\.cpp)"$', re.MULTILINE)


def changed_files():
    """Paths of .cpp files to look at, the smallest first."""
    base = base_commit(ROOT) or (git(ROOT, "hash-object", "-t", "tree", os.devnull) or "").strip()
    names = (git(ROOT, "diff", "--name-only", "--diff-filter=d", base) or "").splitlines()
    names += (git(ROOT, "ls-files", "--others", "--exclude-standard") or "").splitlines()
    found = set()
    for name in names:
        beside = os.path.splitext(name)[0] + ".cpp"
        if name.endswith((".cpp", ".hpp")) and os.path.isfile(os.path.join(ROOT, beside)):
            found.add(beside)
    return sorted(found, key=lambda name: os.path.getsize(os.path.join(ROOT, name)))


def each_file(entry):
    """The entry, or one for each of the files that it compiles as one."""
    if "/Unity/unity_" not in entry["file"]:
        return [entry]
    with open(entry["file"], encoding="utf-8") as file:
        names = UNITED.findall(file.read())
    return [{**entry, "file": name, "command": entry["command"].replace(entry["file"], name)} for name in names]


def write_database(build, out):
    """Compile commands without GCC's precompiled headers, flags and warnings (the build has judged those). Returns the files."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        entries = [one for entry in json.load(file) for one in each_file(entry)]
    for entry in entries:
        words, kept, skip = entry["command"].split(), [], 0
        if "ccache" in entry["command"].split(" -")[0]:
            words = words[next(i for i, word in enumerate(words) if word.endswith("ccache")) + 1 :]
        for index, word in enumerate(words):
            if skip:
                skip -= 1
            elif word == "-include" and words[index + 1].endswith("cmake_pch.hxx"):
                skip = 1
            elif not word.startswith("-W") and word not in ("-fpch-preprocess", "-fcf-protection"):
                kept.append(word)
        entry["command"] = " ".join(kept)
    os.makedirs(out, exist_ok=True)
    with open(os.path.join(out, "compile_commands.json"), "w", encoding="utf-8") as file:
        json.dump(entries, file)
    return {os.path.relpath(entry["file"], ROOT) for entry in entries}


def examine(tool, database, name, deadline):
    """(file, output, ok) of one file; output None when the budget is used up."""
    left = deadline - time.monotonic()
    if left <= 1:
        return name, None, True
    command = [tool, "-p", database, "--quiet", os.path.join(ROOT, name)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=left, check=False)
    except subprocess.TimeoutExpired:
        return name, None, True
    return name, done.stdout.strip() or done.stderr.strip(), done.returncode == 0


def readable_findings(output):
    """What clang-tidy says beside that clang cannot read the file: GCC has compiled it, so that is clang's lack and noise here."""
    starts = [found.start() for found in DIAGNOSTIC.finditer(output)]
    parts = [output[start:end].rstrip() for start, end in zip(starts, starts[1:] + [len(output)])]
    return "\n".join(part for part in parts if UNREADABLE not in part.split("\n", 1)[0])


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"), help="a configured build directory")
    parser.add_argument("--seconds", type=int, default=300, help="the budget (default 300)")
    parser.add_argument("--all", action="store_true", help="every file of the build, without a budget")
    parser.add_argument("files", nargs="*", help="these files only")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    tool = next(filter(None, map(shutil.which, TOOLS)), None)
    if tool is None:
        print("tidy: skipped, there is no clang-tidy here", file=sys.stderr)
        return 77
    database = os.path.join(arguments.build, "tidy")
    known = write_database(arguments.build, database)
    ours = sorted(name for name in known if not name.startswith("..") and not name.startswith("build/"))
    wanted = arguments.files or (ours if arguments.all else changed_files())
    names = [name for name in wanted if name in known]
    deadline = time.monotonic() + (10**6 if arguments.all else arguments.seconds)
    failed, skipped, unreadable = 0, [], []
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for name, output, ok in pool.map(lambda n: examine(tool, database, n, deadline), names):
            if output is None:
                skipped.append(name)
                continue
            if UNREADABLE in output:
                unreadable.append(name)
                output = readable_findings(output)
                ok = not output
            if not ok:
                failed += 1
                print(output)
    print(f"tidy: {len(names) - len(skipped)} of {len(names)} files looked at, {failed} with findings", file=sys.stderr)
    if unreadable:
        print(f"tidy: {tool} cannot read all of {' '.join(unreadable)}", file=sys.stderr)
    if skipped:
        print(f"tidy: not reached within {arguments.seconds} s: {' '.join(skipped)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
