"""The application of Celery: its broker's address comes from the environment of the process, or is made of what an edge gives."""

import os
from urllib.parse import quote

from celery import Celery

app = Celery("site")
app.conf.timezone = "UTC"
app.conf.task_acks_late = True
app.conf.beat_schedule = {"pulse": {"task": "site_jobs.tasks.pulse", "schedule": 3.0}}
app.autodiscover_tasks(["site_jobs"])
if "CELERY_BROKER_URL" not in os.environ:
    with open(os.environ["REDIS_PASSWORD_FILE"]) as file:
        password = quote(file.read(), safe="")
    server = "redis://:%s@%s:%s" % (password, os.environ["REDIS_HOST"], os.environ["REDIS_PORT"])
    app.conf.broker_url, app.conf.result_backend = server + "/0", server + "/1"
