"""The table of what was measured: its rows, its bars, its thresholds."""

import dataclasses
import json


@dataclasses.dataclass
class Row:
    """One figure. `ratio` is how many times smaller gputally's is, unless `is_growth`."""

    key: str
    what: str
    unit: str
    ours: float | None
    other: float | None = None
    other_name: str = ""
    # What a run is compared by with one on another machine, where there is nothing beside it.
    cpu_seconds: float | None = None
    # Growth: ours divided by the other, both being gputally's; small is good.
    is_growth: bool = False
    note: str = ""

    @property
    def ratio(self):
        if not self.ours or not self.other:
            return None
        return self.ours / self.other if self.is_growth else self.other / self.ours


def number(value, unit):
    """A figure as people read it."""
    if value is None:
        return ""
    if unit == "bytes":
        return f"{value / 1e6:,.0f} MB"
    if unit == "B/sample":
        return f"{value:.3f} B/sample"
    if unit == "s":
        return f"{value:.2f} s"
    return f"{value:,.2f} {unit}"


def bar_text(bar):
    """A bar as it stands in bars.json, in words."""
    if bar is None:
        return ""
    if "ratio_min" in bar:
        return f"≥ {bar['ratio_min']:g} x"
    if "ratio_max" in bar:
        return f"≤ {bar['ratio_max']:g} x"
    return "≤ " + number(bar["max"], bar["unit"])


def is_met(row, bar):
    """Whether the row meets its bar; None where there is no bar or no figure."""
    if bar is None or row.ours is None:
        return None
    if "max" in bar:
        return row.ours <= bar["max"]
    if row.ratio is None:
        return None
    if "ratio_min" in bar:
        return row.ratio >= bar["ratio_min"]
    return row.ratio <= bar["ratio_max"]


def cells(rows, bars):
    """The table's lines, each six texts."""
    lines = []
    for row in rows:
        bar = bars.get(row.key)
        met = {True: "met", False: "NOT met", None: row.note}[is_met(row, bar)]
        other = number(row.other, row.unit)
        lines.append([
            row.what, number(row.ours, row.unit), f"{row.other_name} {other}".strip(),
            "" if row.ratio is None else f"{row.ratio:.2f}", bar_text(bar), met])
    return lines


HEAD = ["what", "gputally", "other", "ratio", "bar", ""]


def plain(lines):
    """The table for a terminal."""
    widths = [max(len(line[column]) for line in [HEAD, *lines]) for column in range(6)]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip()
        for line in [HEAD, *lines])


def markdown(lines, machine, command):
    """The table for the documentation, with the machine and the command beneath."""
    rows = ["| " + " | ".join(line) + " |" for line in [HEAD, ["---"] * 6, *lines]]
    return "\n".join(rows) + f"\n\n{machine}. `{command}`\n"


def regressions(rows, thresholds, calibration):
    """Rows that are worse than a checked-in threshold allows, a sentence each."""
    found = []
    by_key = {row.key: row for row in rows}
    for key, limit in sorted(thresholds["limits"].items()):
        row = by_key.get(key)
        value = None if row is None else compared(row, limit["of"], calibration)
        if value is None:
            found.append(f"{key}: was not measured, expected {limit['of']} {limit['bound']:g}")
        elif limit["of"] == "ratio" and not row.is_growth:
            if value < limit["bound"]:
                found.append(
                    f"{row.what}: ratio {value:.2f}, expected at least {limit['bound']:g}")
        elif value > limit["bound"]:
            found.append(
                f"{row.what}: {limit['of']} {value:.4g}, expected at most {limit['bound']:g}")
    return found


def compared(row, of, calibration):
    """The number by which a row is held against its threshold."""
    if row.ours is None:
        return None
    return {
        "ratio": row.ratio, "bytes": row.ours, "B/sample": row.ours,
        "calibrations": (row.cpu_seconds or row.ours) / calibration}[of]


def recorded(rows, machine, command, calibration):
    """Thresholds out of a run: what times may vary is let vary, what bytes may not isn't."""
    limits = {}
    for row in rows:
        if row.ours is None:
            continue
        if row.unit == "B/sample":
            limits[row.key] = {"of": "B/sample", "bound": round(row.ours * 1.02, 4)}
        elif row.unit == "bytes":
            limits[row.key] = {"of": "bytes", "bound": round(row.ours * 1.4)}
        elif row.ratio is None:
            limits[row.key] = {
                "of": "calibrations",
                "bound": round(compared(row, "calibrations", calibration) * 2, 4)}
        elif row.is_growth:
            # Where starting the program is most of it, a ratio says little: ten times the GPUs
            # may take ten times as long.
            limits[row.key] = {"of": "ratio", "bound": max(11, round(row.ratio * 2, 4))}
        else:
            limits[row.key] = {"of": "ratio", "bound": round(row.ratio * 0.5, 4)}
    return {
        "machine": machine, "command": command, "calibration_seconds": round(calibration, 3),
        "limits": limits}


def read(path):
    """A JSON file."""
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def write(path, value):
    """A JSON file that reads well in a diff."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2)
        file.write("\n")
