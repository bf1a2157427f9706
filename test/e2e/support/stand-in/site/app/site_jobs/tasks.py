from socket import gethostname
from time import sleep

from celery import shared_task
from django.db import connection

from site_jobs.models import Done


@shared_task
def job(number, seconds=0):
    """Waits, as one does that waits for others, and writes down that it is done."""
    sleep(seconds)
    try:
        Done.objects.create(what="job %s" % number, host=gethostname())
    finally:
        connection.close()
    return number


@shared_task
def pulse():
    """What beat sends."""
    job.run("pulse")
