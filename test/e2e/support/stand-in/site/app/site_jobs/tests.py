"""The tests of the site: what they need is there, and the database is one that may be lost."""

import os

from django.db import connection
from django.test import TestCase

from site_jobs.health import health
from site_jobs.models import Done


class Site(TestCase):
    def test_health(self):
        answer = health(None)
        self.assertEqual((answer.status_code, answer.content), (200, b'{"database": "ok", "cache": "ok", "series": "ok"}'))

    def test_database(self):
        Done.objects.create(what="test", host="test")
        with connection.cursor() as cursor:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                cursor.execute("SHOW " + name)
                self.assertEqual((name, cursor.fetchone()[0]), (name, "off"))

    def test_outcome(self):
        self.assertEqual(os.environ.get("OUTCOME", "well"), "well")
