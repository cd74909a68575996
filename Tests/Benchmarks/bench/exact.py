"""Comparison of results, row by row. Nothing here needs more than Python."""

import csv
import datetime
import decimal
import io
import itertools

HOUR_MS = 3_600_000


def hours(milliseconds):
    """Whole milliseconds as hours with six places, half to even."""
    with decimal.localcontext() as context:
        context.prec = 40
        value = decimal.Decimal(milliseconds) / HOUR_MS
        return str(value.quantize(decimal.Decimal("0.000001"), decimal.ROUND_HALF_EVEN))


def instant(milliseconds):
    """RFC 3339 in UTC, the fraction only where there is one."""
    seconds, fraction = divmod(milliseconds, 1000)
    text = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime(
        "%Y-%m-%dT%H:%M:%S")
    return text + (f".{fraction:03}Z" if fraction else "Z")


def is_rounded(cell, value):
    """Whether `cell` is `value` rounded to as many places as the cell has.

    The value is a sum of doubles: what is a tie, or nearer to one than such a sum is exact, may
    have gone either way.
    """
    if cell == "":
        return value is None
    if value is None:
        return False
    places = len(cell.partition(".")[2])
    error = abs(decimal.Decimal(cell) - decimal.Decimal(value))
    return error <= decimal.Decimal(5).scaleb(-places - 1) + decimal.Decimal(
        1e-9 * max(1.0, abs(value)))


def table(text, columns, where):
    """The rows of a CSV as dictionaries; a head that isn't `columns` is an error."""
    reader = csv.DictReader(io.StringIO(text))
    if reader.fieldnames != columns:
        raise ValueError(f"{where}: columns are {reader.fieldnames}, expected {columns}")
    return list(reader)


def differences(ours, theirs, exact, rounded, limit=5):
    """What differs between two tables, a sentence each, at most `limit`.

    Both map keys to rows. `exact` names columns whose cells are equal as text; `rounded` names
    columns in which `ours` has text and `theirs` the number that it is a rounding of.
    """
    def all_of_them():
        for key in ours.keys() - theirs.keys():
            yield f"{key}: only gputally has it"
        for key in theirs.keys() - ours.keys():
            yield f"{key}: gputally hasn't got it"
        for key in ours.keys() & theirs.keys():
            for column in exact:
                if ours[key][column] != theirs[key][column]:
                    yield (
                        f"{key}: {column} is {ours[key][column]} with gputally, "
                        f"{theirs[key][column]} elsewhere")
            for column in rounded:
                if not is_rounded(ours[key][column], theirs[key][column]):
                    yield (
                        f"{key}: {column} is {ours[key][column]} with gputally, "
                        f"{theirs[key][column]} elsewhere")
    return list(itertools.islice(all_of_them(), limit))


def keyed(rows, columns):
    """Rows by the values of `columns`; a key that comes twice is an error."""
    result = {}
    for row in rows:
        key = tuple(row[column] for column in columns)
        if key in result:
            raise ValueError(f"{key} comes twice")
        result[key] = row
    return result
