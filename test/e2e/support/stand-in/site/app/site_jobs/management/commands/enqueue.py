"""enqueue JOBS SECONDS: lets workers do jobs that take a while, and tells how many are done."""

from celery import group
from django.core.management.base import BaseCommand

from site_jobs.tasks import job


class Command(BaseCommand):
    def add_arguments(self, parser):
        parser.add_argument("jobs", type=int)
        parser.add_argument("seconds", type=float)

    def handle(self, jobs, seconds, **_):
        import config.celery_app  # noqa: F401, whose broker it is

        done = group(job.s(number, seconds) for number in range(jobs)).apply_async()
        self.stdout.write("%d done" % len(set(done.get(timeout=300))))
