"""Results of the check: written as JSON after each part, and printed as a table at the end."""

import json
import math
import os
import sys
import time
import traceback

SIGNS = {"<=": lambda value, bar: value <= bar, ">=": lambda value, bar: value >= bar}


class Results:
    """Collects facts, rows and failures of parts.

    A row has a name, a value, a unit, and perhaps a bar. A bar is a limit for the value, such as
    ("<=", 5.0).
    """

    def __init__(self, path, budget, clock=time.monotonic):
        self.path = path
        self.clock = clock
        self.begin = clock()
        self.budget = budget
        self.facts = {}
        self.parts = {}
        self.rows = []

    def seconds_left(self):
        return self.budget - (self.clock() - self.begin)

    def fact(self, name, value):
        self.facts[name] = value

    def row(self, name, value, unit, bar=None, note=""):
        """Adds a row. A value misses its bar if it is infinite or NaN."""
        value = float(value)
        met = None
        if bar is not None:
            met = math.isfinite(value) and SIGNS[bar[0]](value, bar[1])
        self.rows.append(
            {"name": name, "value": value, "unit": unit, "bar": bar, "met": met, "note": note}
        )
        print(f"  {name}: {number(value)} {unit}{verdict(self.rows[-1])} {note}", flush=True)

    def run(self, name, function):
        """Runs a part. Notes a failure with its stack trace, so that the next parts still run."""
        left = self.seconds_left()
        print(f"== {name} ({left:.0f} s left)", flush=True)
        begin = self.clock()
        if left <= 0:
            self.parts[name] = {"state": "skipped", "why": "the time was used up"}
        else:
            try:
                function()
                self.parts[name] = {"state": "done"}
            except Exception as failure:  # a part must not end the others
                text = traceback.format_exc()
                print(text, file=sys.stderr, flush=True)
                self.parts[name] = {
                    "state": "failed",
                    "why": f"{type(failure).__name__}: {failure}"[:2000],
                    "trace": text,
                }
        self.parts[name]["seconds"] = round(self.clock() - begin, 1)
        self.write()

    def write(self):
        """Writes the results so far. Replaces the file at once, so it is never half written."""
        finite = [
            {**row, "value": row["value"] if math.isfinite(row["value"]) else str(row["value"])}
            for row in self.rows
        ]
        text = json.dumps(
            {"facts": self.facts, "parts": self.parts, "rows": finite, "sound": self.is_sound()},
            indent=2,
        )
        with open(self.path + ".part", "w", encoding="utf-8") as file:
            file.write(text + "\n")
        os.replace(self.path + ".part", self.path)

    def is_sound(self):
        """Whether all parts ran to their end and all bars are met."""
        done = all(part["state"] == "done" for part in self.parts.values())
        return done and all(row["met"] is not False for row in self.rows)

    def table(self):
        """Returns facts, rows and failures as Markdown."""
        lines = ["| fact | value |", "|---|---|"]
        lines += [f"| {name} | {value} |" for name, value in self.facts.items()]
        lines += ["", "| figure | value | bar | note |", "|---|---|---|---|"]
        for row in self.rows:
            bar = "" if row["bar"] is None else f"{sign(row['bar'][0])} {number(row['bar'][1])}"
            text = f"{bar}{verdict(row)}"
            lines.append(
                f"| {row['name']} | {number(row['value'])} {row['unit']} | {text} | {row['note']} |"
            )
        lines += ["", "| part | state | seconds |", "|---|---|---|"]
        for name, part in self.parts.items():
            why = part.get("why", "").splitlines()
            state = part["state"] + (": " + why[0].replace("|", "/") if why else "")
            lines.append(f"| {name} | {state} | {part['seconds']} |")
        return "\n".join(lines)


def sign(name):
    return {"<=": "at most", ">=": "at least"}[name]


def verdict(row):
    return {None: "", True: ": met", False: ": MISSED"}[row["met"]]


def number(value):
    """Returns a number as short text for a table."""
    if not math.isfinite(value):
        return str(value)
    if value != 0 and abs(value) < 1e-2:
        return f"{value:.2e}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3f}"
