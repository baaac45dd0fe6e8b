"""The example and what it stands on, without WebAssembly: `python3 -m unittest discover -s sdk/python/tests`."""

import pathlib
import sys
import unittest

SDK = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(SDK), str(SDK / "examples/fibonacci")]

from cluster_tester import Context, Fault, Outcome, Request, Response, parse_utc  # noqa: E402
from fibonacci import Fibonacci  # noqa: E402

ANSWER = '{"start":"2026-01-01T12:00:00Z","end":"2026-01-01T12:00:00.5Z","fibonacci":%s}'


class AnExample(unittest.TestCase):
    def read(self, body: str) -> Outcome:
        return Fibonacci({}).read(Context(10), Response(200, body), None)

    def test_the_right_number_is_a_success_with_the_servers_span(self):
        outcome = self.read(ANSWER % 55)
        self.assertEqual((outcome.reason, outcome.span), (None, (1_767_268_800_000.0, 1_767_268_800_500.0)))
        self.assertEqual(self.read(ANSWER % 54).reason, 1)

    def test_an_answer_of_another_shape_is_a_fault(self):
        for body in ["", "[]", "{}", "null", "<html>", ANSWER % '"55"', ANSWER % "true", ANSWER % "5.5"]:
            with self.subTest(body), self.assertRaises(Fault):
                self.read(body)

    def test_blanks_and_a_mark_of_the_byte_order_are_no_part_of_an_answer(self):
        for body in [f" {ANSWER % 55}\n", f"\ufeff{ANSWER % 55}"]:
            self.assertIsNone(self.read(body).reason)
        for body in [ANSWER % 55 + "}", ANSWER % 55 + " 1"]:
            with self.subTest(body), self.assertRaises(Fault):
                self.read(body)

    def test_a_request_is_bytes_where_text_was_given(self):
        request = Request.post("/", "ü").header("accept", "*/*")
        self.assertEqual((request.body, request.headers), (b"\xc3\xbc", [("accept", b"*/*")]))


class ATime(unittest.TestCase):
    def test_times_in_utc_become_milliseconds_since_the_epoch(self):
        for text, expected in [
            ("1970-01-01T00:00:00Z", 0.0),
            ("2026-11-23T08:21:09.388Z", 1_795_422_069_388.0),
            ("2026-11-23T08:21:09.388+00:00", 1_795_422_069_388.0),
            ("2026-11-23T08:21:09.000123456Z", 1_795_422_069_000.1235),
            ("1969-12-31T23:59:59.5Z", -500.0),
            ("9999-12-31T23:59:59Z", 253_402_300_799_000.0),
        ]:
            self.assertEqual(parse_utc(text), expected, text)

    def test_what_is_no_time_in_utc_is_refused(self):
        for text in [
            "",
            "2026-11-23",
            "2026-11-23T08:21:09",
            "2026-11-23 08:21:09Z",
            "2026-11-23T08:21:09.Z",
            "2026-11-23T08:21:09.1234567890Z",
            "2026-11-23T08:21:09.388+01:00",
            "2026-11-23T08:21:09.388Zx",
            "2026-W48-1T08:21:09Z",
            "2026-13-23T08:21:09Z",
            "2026-02-29T08:21:09Z",
            "2026-11-23T24:21:09Z",
        ]:
            with self.subTest(text), self.assertRaises(Fault):
                parse_utc(text)


if __name__ == "__main__":
    unittest.main()
