"""Tests of the parts that need no torch: python3 -m unittest discover -s gpu/check"""

import json
import os
import struct
import tempfile
import unittest

from pack import Array, Pack, PackError, check_arrays, read_arrays
from results import Results, number


def safetensors(arrays):
    header, data = {}, b""
    for name, (kind, shape, content) in arrays.items():
        header[name] = {
            "dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(content)],
        }
        data += content
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


class PackTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, content):
        path = os.path.join(self.folder.name, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def test_arrays_are_read(self):
        ones = struct.pack("<2f", 1.0, 2.0)
        path = self.write("a", safetensors({"x": ("F32", [2, 1], ones), "n": ("I64", [0], b"")}))
        arrays = read_arrays(path)
        self.assertEqual(arrays["x"], Array("F32", [2, 1], ones))
        self.assertEqual(arrays["n"], Array("I64", [0], b""))

    def test_a_short_file_is_refused(self):
        whole = safetensors({"x": ("F32", [2], struct.pack("<2f", 1.0, 2.0))})
        with self.assertRaisesRegex(PackError, "8 bytes of array x expected"):
            read_arrays(self.write("a", whole[:-1]))

    def test_arrays_other_than_the_schema_lists_are_refused(self):
        listed = {"x": {"type": "F32", "shape": [2]}}
        check_arrays({"x": Array("F32", [2], b"")}, listed)
        for wrong in (
            {"x": Array("I64", [2], b"")}, {"x": Array("F32", [3], b"")}, {},
            {"x": Array("F32", [2], b""), "y": Array("F32", [1], b"")},
        ):
            with self.assertRaises(PackError):
                check_arrays(wrong, listed)

    def test_another_version_is_refused(self):
        self.write("schema.json", json.dumps({"version": 2}).encode())
        with self.assertRaisesRegex(PackError, "version 1 of a pack expected, got 2"):
            Pack(self.folder.name)


class ResultsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.now = 0.0
        self.path = os.path.join(folder.name, "gpu.json")
        self.results = Results(self.path, 100, clock=lambda: self.now)

    def written(self):
        with open(self.path, encoding="utf-8") as file:
            return json.load(file)

    def test_bars_are_judged(self):
        for value, bar, met in (
            (5.0, ("<=", 5.0), True), (5.1, ("<=", 5.0), False), (1.9, (">=", 2.0), False),
            (float("nan"), ("<=", 5.0), False), (float("nan"), (">=", 5.0), False),
            (float("inf"), (">=", 5.0), False), (7.0, None, None),
        ):
            self.results.row("row", value, "ms", bar)
            self.assertIs(self.results.rows[-1]["met"], met, (value, bar))

    def test_a_failed_part_is_noted_and_the_next_runs(self):
        def fail():
            self.results.row("before", 1, "x")
            raise ValueError("broken\nbadly")

        ran = []
        self.results.run("first", fail)
        self.results.run("second", lambda: ran.append(1))
        parts = self.written()["parts"]
        self.assertEqual(ran, [1])
        self.assertEqual(parts["first"]["state"], "failed")
        self.assertIn("ValueError: broken", parts["first"]["why"])
        self.assertIn("Traceback", parts["first"]["trace"])
        self.assertEqual(parts["second"]["state"], "done")
        self.assertEqual(self.written()["rows"][0]["name"], "before")
        self.assertFalse(self.results.is_sound())
        self.assertIn("| first | failed: ValueError: broken | 0.0 |", self.results.table())

    def test_a_part_after_the_budget_is_skipped(self):
        self.results.run("in time", lambda: None)
        self.assertTrue(self.results.is_sound())
        self.now = 101.0
        self.results.run("late", lambda: self.fail("must not run"))
        self.assertEqual(self.written()["parts"]["late"]["state"], "skipped")
        self.assertFalse(self.results.is_sound())

    def test_a_missed_bar_is_not_sound(self):
        self.results.run("part", lambda: self.results.row("slow", 9.0, "ms", ("<=", 5.0)))
        self.assertFalse(self.results.is_sound())
        self.assertFalse(self.written()["sound"])
        self.assertIn("| slow | 9.000 ms | at most 5.000: MISSED |  |", self.results.table())

    def test_results_are_valid_json_with_nan(self):
        self.results.run("part", lambda: self.results.row("lost", float("nan"), "ms"))
        self.assertEqual(self.written()["rows"][0]["value"], "nan")

    def test_numbers_have_three_digits(self):
        self.assertEqual(number(0.00012345), "1.23e-04")
        self.assertEqual(number(12345.6), "12,346")
        self.assertEqual(number(0.0), "0.000")
        self.assertEqual(number(2.5), "2.500")


if __name__ == "__main__":
    unittest.main()
