#!/usr/bin/env python3
"""How good a waiting room's estimates are, over hours of simulated sales: the table of docs/waiting-room.md.

Usage: tools/eta_table.py [PROGRAM], by default build/release/holdfast.
"""

import json
import subprocess
import sys

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else "build/release/holdfast"


def endless(*more: str, patience_s: str = "600000") -> list[str]:
    """A sale in which nobody's seat is the last one."""
    return ["--seats", "100000", "--parties", "1:1", "--buyers", "20000", "--patience", patience_s, *more]


MODELS = [
    ("steady: 20,000 people, 2 a second", endless("--rate", "2")),
    ("half give up, half of them silently", endless("--rate", "2", patience_s="8000")),
    ("the same, and most come later, for hours", endless("--rate", "2", "--early-share", "0.3", "--half-life", "1800", patience_s="8000")),
    ("at most 600 active, and no rate that matters", endless("--rate", "100", "--max-active", "600")),
    ("the rate is 4, then 1, then 6 a second", endless("--rate", "4", "--rates", "1200:1,3600:6")),
    ("the event is behind for 5 minutes, three times", endless("--rate", "4", "--slow", "900:1200,1800:2100,3000:3300")),
    ("sold out, and half of the holds come back", ["--seats", "2500", "--buyers", "20000", "--rate", "2", "--hold", "300", "--payment", "430", "--parties", "1:1"]),
]
SEEDS = ("1", "2", "3")


def play(options: list[str], seed: str) -> dict:
    said = subprocess.run([PROGRAM, "onsale", *options, "--seed", seed, "--json"], check=True, capture_output=True, text=True)
    return json.loads(said.stdout)


def distance(row: dict) -> str:
    low = row["from_s"] // 60
    return f"{low} min and more" if row["to_s"] is None else f"{low} to {row['to_s'] // 60} min"


def main() -> None:
    print("| Model | Turn was off by | Told | Within the range | Before it | After it | Middle off by | Width |")
    print("|---|---|---|---|---|---|---|---|")
    for name, options in MODELS:
        runs = [play(options, seed)["estimates"]["by_distance"] for seed in SEEDS]
        for rows in zip(*runs, strict=True):
            told = sum(row["told"] for row in rows)
            if told < 300:
                continue
            share = {what: 100 * sum(row[what] for row in rows) / told for what in ("inside", "early", "late")}
            middle = {what: sorted(row[what] for row in rows)[1] for what in ("error_percent", "width_percent")}
            print(
                f"| {name} | {distance(rows[0])} | {told:,} | {share['inside']:.0f} % | {share['early']:.0f} % | {share['late']:.0f} % "
                f"| {middle['error_percent']:.0f} % | {middle['width_percent']:.0f} % |"
            )
            name = ""


if __name__ == "__main__":
    main()
