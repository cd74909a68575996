"""Tests of what compare.py computes by itself: python3 -m unittest, no package needed."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from bench import exact, measure, outcome, queries  # noqa: E402
from bench.outcome import Row  # noqa: E402


class ExactTests(unittest.TestCase):
    def test_hours_have_six_places_half_to_even(self):
        for milliseconds, text in [
                (0, "0.000000"), (1, "0.000000"), (30_000, "0.008333"), (3_600_000, "1.000000"),
                # 1.8 ms are half a millionth of an hour: 9 ms are 2.5, 27 ms are 7.5 of them.
                (9, "0.000002"), (27, "0.000008"), (3_600_009, "1.000002"),
                (4_147_200_000_000_009, "1152000000.000002")]:
            self.assertEqual(exact.hours(milliseconds), text)

    def test_instants_are_rfc_3339(self):
        self.assertEqual(exact.instant(1_761_955_200_000), "2025-11-01T00:00:00Z")
        self.assertEqual(exact.instant(1_761_955_230_250), "2025-11-01T00:00:30.250Z")

    def test_a_cell_is_a_rounding_or_it_is_not(self):
        for cell, value, expected in [
                ("1.25", 1.2549, True), ("1.25", 1.2551, False), ("1.25", 1.2449, False),
                ("1.25", 1.255, True), ("1.26", 1.255, True), ("28", 28.4, True),
                ("28", 29.0, False), ("", None, True), ("", 0.0, False), ("0", None, False)]:
            self.assertEqual(exact.is_rounded(cell, value), expected, (cell, value))

    def test_a_head_that_is_another_one_is_refused(self):
        with self.assertRaisesRegex(ValueError, "columns are"):
            exact.table("a,c\n1,2\n", ["a", "b"], "x")
        self.assertEqual(exact.table("a,b\n1,2\n", ["a", "b"], "x"), [{"a": "1", "b": "2"}])

    def test_a_key_that_comes_twice_is_refused(self):
        with self.assertRaisesRegex(ValueError, "twice"):
            exact.keyed([{"a": 1}, {"a": 1}], ["a"])


class QueryTests(unittest.TestCase):
    USAGE = ",".join(queries.USAGE_COLUMNS) + (
        "\n2025-11-01,ads,1.000000,0.500000,0.500000,0.000000,12.50,3.1\n")
    IDLE = ",".join(queries.IDLE_COLUMNS) + (
        "\nads,pangyo,train,ads,pod,gpu001,GPU-1,2025-11-01T00:00:00Z,2025-11-01T00:30:00Z,"
        "0.500000\n")
    FLEET = ",".join(queries.FLEET_COLUMNS) + "\n2025-11-01T00:00:00Z,1600,27.51,220.4\n"
    START = 1_761_955_200_000

    def test_equal_results_have_no_differences(self):
        self.assertEqual(
            queries.compare_usage(self.USAGE, [[20393, "ads", 120, 60, 12.5, 3.1]]), ([], 1))
        self.assertEqual(
            queries.compare_idle(
                self.IDLE,
                [["ads", "ads", "pod", "gpu001", "GPU-1", self.START, self.START + 1_800_000]]),
            ([], 1))
        self.assertEqual(
            queries.compare_fleet(self.FLEET, [[489432, 1600.0, 27.5123, 220.44]]), ([], 1))

    def test_each_difference_is_told(self):
        for rows in [
                [[20393, "ads", 121, 60, 12.5, 3.1]], [[20393, "ads", 120, 61, 12.5, 3.1]],
                [[20393, "ads", 120, 60, 12.6, 3.1]], [[20393, "ads", 120, 60, 12.5, 3.2]],
                [[20394, "ads", 120, 60, 12.5, 3.1]], []]:
            self.assertTrue(queries.compare_usage(self.USAGE, rows)[0], rows)
        for change in [0, 30_000]:
            row = ["ads", "ads", "pod", "gpu001", "GPU-1", self.START + change, self.START + 60_000]
            self.assertTrue(queries.compare_idle(self.IDLE, [row])[0])
        self.assertTrue(queries.compare_fleet(self.FLEET, [[489432, 1599.0, 27.51, 220.4]])[0])

    def test_idle_rows_out_of_order_are_told(self):
        lines = self.IDLE.splitlines()
        later = lines[1].replace("T00:30", "T01:30").replace("T00:00", "T01:00")
        text = "\n".join([lines[0], later, lines[1]]) + "\n"
        hour = 3_600_000
        rows = [
            ["ads", "ads", "pod", "gpu001", "GPU-1", self.START + more,
             self.START + more + hour // 2] for more in (0, hour)]
        self.assertEqual(
            queries.compare_idle(text, rows)[0], ["the rows aren't in the order of their starts"])


class OutcomeTests(unittest.TestCase):
    ROWS = [
        Row("a", "queries", "s", 2.0, 4.0, "DuckDB"),
        Row("b", "store", "B/sample", 0.5, 0.75, "Parquet"),
        Row("c", "rollup, 10 x", "s", 20.0, 2.5, "1 x", is_growth=True),
        Row("d", "post", "s", 5.0, cpu_seconds=3.0), Row("e", "missing", "s", None, 1.0, note="no verb scan"),
        Row("f", "memory", "bytes", 100e6)]

    def test_ratios_say_how_many_times_better(self):
        self.assertEqual([row.ratio for row in self.ROWS], [2.0, 1.5, 8.0, None, None, None])

    def test_bars_are_met_or_not(self):
        for row, bar, expected in [
                (0, {"ratio_min": 2}, True), (0, {"ratio_min": 2.1}, False),
                (2, {"ratio_max": 8}, True), (2, {"ratio_max": 7}, False),
                (3, {"max": 5, "unit": "s"}, True), (3, {"max": 4, "unit": "s"}, False),
                (4, {"ratio_min": 1}, None), (3, None, None)]:
            self.assertIs(outcome.is_met(self.ROWS[row], bar), expected)

    def test_the_table_says_everything(self):
        bars = {"a": {"ratio_min": 1}, "b": {"ratio_min": 2}, "d": {"max": 5, "unit": "s"}}
        self.assertEqual(outcome.cells(self.ROWS, bars), [
            ["queries", "2.00 s", "DuckDB 4.00 s", "2.00", "≥ 1 x", "met"],
            ["store", "0.500 B/sample", "Parquet 0.750 B/sample", "1.50", "≥ 2 x", "NOT met"],
            ["rollup, 10 x", "20.00 s", "1 x 2.50 s", "8.00", "", ""],
            ["post", "5.00 s", "", "", "≤ 5.00 s", "met"],
            ["missing", "", "1.00 s", "", "", "no verb scan"],
            ["memory", "100 MB", "", "", "", ""]])
        text = outcome.markdown(outcome.cells(self.ROWS[:1], bars), "a machine", "a command")
        self.assertEqual(text, (
            "| what | gputally | other | ratio | bar |  |\n| --- | --- | --- | --- | --- | --- |\n"
            "| queries | 2.00 s | DuckDB 4.00 s | 2.00 | ≥ 1 x | met |\n\na machine. `a command`\n"))

    def test_a_run_meets_its_own_thresholds_and_worse_ones_do_not(self):
        thresholds = outcome.recorded(self.ROWS, "a machine", "a command", 0.5)
        self.assertEqual(outcome.regressions(self.ROWS, thresholds, 0.5), [])
        # A slower machine is slower at everything.
        self.assertEqual(outcome.regressions(self.ROWS, thresholds, 1.0), [])
        worse = [
            Row("a", "queries", "s", 4.1, 4.0), Row("b", "store", "B/sample", 0.52, 0.75),
            Row("c", "rollup, 10 x", "s", 42.0, 2.5, is_growth=True), Row("d", "post", "s", 6.1),
            Row("f", "memory", "bytes", 141e6)]
        found = outcome.regressions(worse, thresholds, 0.5)
        self.assertEqual(len(found), 5, found)
        self.assertEqual(found[0], "queries: ratio 0.98, expected at least 1")
        self.assertEqual(len(outcome.regressions([], thresholds, 0.5)), 5)


class MeasureTests(unittest.TestCase):
    def test_a_command_is_measured(self):
        code = "import sys; x = b'1' * 50_000_000; print(len(x)); sys.exit(2)"
        result = measure.run([sys.executable, "-c", code], allowed=(2,))
        self.assertEqual((result.status, result.output), (2, b"50000000\n"))
        self.assertGreater(result.peak_bytes, 50_000_000)
        self.assertLess(result.peak_bytes, 90_000_000)

    def test_peak_memory_is_not_the_parents(self):
        held = b"1" * 300_000_000
        self.assertLess(measure.run(["true"]).peak_bytes, 60_000_000)
        self.assertEqual(len(held), 300_000_000)

    def test_a_command_that_fails_is_an_error_with_its_words(self):
        with self.assertRaisesRegex(measure.BenchmarkError, "exit status 3\nno"):
            measure.run(["sh", "-c", "echo no >&2; exit 3"])
        with self.assertRaisesRegex(measure.BenchmarkError, "No such file"):
            measure.run(["there-is-no-such-program"])

    def test_a_store_is_as_large_as_its_files(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "s.sqlite")
            path.write_bytes(b"1" * 10)
            pathlib.Path(f"{path}-wal").write_bytes(b"1" * 5)
            pathlib.Path(folder, "other").write_bytes(b"1" * 3)
            self.assertEqual(measure.store_size(path), 15)
            self.assertEqual(measure.size(folder), 18)


if __name__ == "__main__":
    unittest.main()
