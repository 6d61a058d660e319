#!/usr/bin/env python3
"""Prints the source lines of a gcovr JSON report that have branches not taken, with how many of how many.

Usage: tools/coverage_missing.py REPORT PATTERN    only files whose path the pattern matches
"""
import json
import re
import sys


def main(report_path: str, pattern: str) -> None:
    with open(report_path, encoding="utf-8") as report:
        files = json.load(report)["files"]
    for file in sorted(files, key=lambda f: f["file"]):
        if not re.match(pattern, file["file"]):
            continue
        with open(file["file"], encoding="utf-8") as source:
            text = source.read().splitlines()
        for line in file["lines"]:
            counted = [b for b in line["branches"] if not b.get("throw")]
            missed = [b for b in counted if b["count"] == 0]
            if missed and not line.get("gcovr/noncode"):
                number = line["line_number"]
                print(f'{file["file"]}:{number}: {len(missed)} of {len(counted)} not taken: {text[number - 1].strip()}')


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
