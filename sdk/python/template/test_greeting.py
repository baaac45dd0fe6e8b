import unittest

from cluster_tester import Context, Response
from greeting import Greetings


class Reading(unittest.TestCase):
    def test_an_empty_list_is_a_failure(self):
        outcome = Greetings({"language": "en"}).read(Context(1), Response(200, "[]"), None)
        self.assertEqual(outcome.reason, 1)
