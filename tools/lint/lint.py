#!/usr/bin/env python3
"""The repository's own rules, as a test.

Usage: tools/lint/lint.py [--root DIR]

Checks which folder includes which, calls that the rules of selling may not make, sizes, golden files, words that say work
is unfinished, and a few traps of CAF. Each rule has a reason beside it in *_rules.py; an exception is a line with a reason in
exceptions.txt. Exit status: 0 all rules hold, 1 findings, 2 wrong usage.
"""

import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import golden_rules
import include_rules
import size_rules
import text_rules
from source import Finding, list_sources

EXCEPTIONS = "tools/lint/exceptions.txt"
REASON_CHARACTERS_MIN = 15


def read_exceptions(root):
    """{(rule, where): line number} and the findings about the file itself. A line: `rule where: reason`."""
    path = os.path.join(root, EXCEPTIONS)
    known, findings = {}, []
    if not os.path.isfile(path):
        return known, findings
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            named, _, reason = line.partition(": ")
            words = named.split()
            if len(words) != 2 or len(reason.strip()) < REASON_CHARACTERS_MIN:
                findings.append(Finding("exception", EXCEPTIONS, number, "write: rule path[:function]: the reason"))
            else:
                known[(words[0], words[1])] = number
    return known, findings


def run(root):
    """All findings that no exception covers."""
    sources = list_sources(root)
    exceptions, findings = read_exceptions(root)
    used = set()
    for module in (include_rules, text_rules, size_rules):
        for finding in module.check(sources):
            key = (finding.rule, finding.where)
            if key in exceptions:
                used.add(key)
            else:
                findings.append(finding)
    findings.extend(golden_rules.check(root))
    for key in sorted(set(exceptions) - used):
        findings.append(Finding("exception", EXCEPTIONS, exceptions[key], f"{' '.join(key)} is not needed any more"))
    return findings, len(sources)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(here)), help="the checkout to check")
    findings, files = run(os.path.abspath(parser.parse_args().root))
    for finding in sorted(findings, key=lambda f: (f.where, f.line)):
        print(finding)
    print(f"lint: {files} files, {len(findings)} findings", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
