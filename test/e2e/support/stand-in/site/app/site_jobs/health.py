"""Whether the site is well: 200, or 503 with what is not."""

import os
from urllib.request import urlopen

from django.db import connection
from django.http import JsonResponse
from redis import Redis


def database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM site_jobs_done")


def cache():
    with open(os.environ["REDIS_PASSWORD_FILE"]) as file:
        Redis(os.environ["REDIS_HOST"], int(os.environ["REDIS_PORT"]), password=file.read(), socket_timeout=2).ping()


def series():
    urlopen("http://%s:%s/" % (os.environ["QUESTDB_HOST"], os.environ["QUESTDB_HTTP_PORT"]), timeout=2).close()


def health(request):
    checks = {}
    for check in (database, cache, series):
        try:
            check()
            checks[check.__name__] = "ok"
        except Exception as error:
            checks[check.__name__] = type(error).__name__
    return JsonResponse(checks, status=200 if set(checks.values()) == {"ok"} else 503)
