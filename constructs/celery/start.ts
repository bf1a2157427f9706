/**
 * What starts the programs of Celery, in the image's own Python: Celery wants the broker's address with the password in it, and only
 * a file holds that. It goes into the environment of this one process, where nobody who looks at the container sees it, and its
 * characters are escaped.
 *
 * Who has a heartbeat is started within: a worker touches the file each time that it tells others that it is alive, beat each time
 * that it looks whether something is due. Asking by `celery inspect ping` would load the whole application for each question.
 *
 * @see https://docs.celeryq.dev/en/stable/userguide/signals.html
 * @see https://docs.celeryq.dev/en/stable/reference/celery.beat.html
 */
export const START = `"""Starts a program of Celery with the address of its broker."""

import os
import sys
from urllib.parse import quote


def address(database):
    with open(os.environ["BROKER_PASSWORD_FILE"]) as file:
        password = file.read().rstrip("\\r\\n")
    if not password:
        sys.exit("ironhull: " + os.environ["BROKER_PASSWORD_FILE"] + " holds no password")
    user, host, port = (os.environ["BROKER_" + name] for name in ("USER", "HOST", "PORT"))
    authority = os.environ.get("BROKER_CA_FILE")
    scheme, tls = ("rediss", "?ssl_cert_reqs=required&ssl_ca_certs=" + quote(authority, safe="")) if authority else ("redis", "")
    return "%s://%s:%s@%s:%s/%s%s" % (scheme, quote(user, safe=""), quote(password, safe=""), host, port, database, tls)


os.environ["CELERY_BROKER_URL"] = address(os.environ["BROKER_DATABASE"])
if "RESULTS_DATABASE" in os.environ:
    os.environ["CELERY_RESULT_BACKEND"] = address(os.environ["RESULTS_DATABASE"])

sys.argv = sys.argv[1:]
heartbeat = os.environ.get("WORKER_HEARTBEAT_FILE")
if not heartbeat:
    os.execvp(sys.argv[0], sys.argv)

# what gevent and eventlet put in the place of blocking calls comes before everything else
from celery import maybe_patch_concurrency

maybe_patch_concurrency()
from celery.__main__ import main
from celery.beat import Scheduler
from celery.signals import heartbeat_sent

look = Scheduler.tick


def touch(**_):
    with open(heartbeat, "a"):
        os.utime(heartbeat)


def tick(scheduler, *args, **kwargs):
    touch()
    return look(scheduler, *args, **kwargs)


heartbeat_sent.connect(touch, weak=False)
Scheduler.tick = tick
sys.exit(main())
`;

/** Flower reads its configuration as Python: a password that stands in a file gets there without a variable. */
export const FLOWER_CONFIG = `import os

if "FLOWER_USER" in os.environ:
    with open(os.environ["FLOWER_PASSWORD_FILE"]) as file:
        password = file.read().rstrip("\\r\\n")
    if not password:
        raise SystemExit("ironhull: " + os.environ["FLOWER_PASSWORD_FILE"] + " holds no password")
    basic_auth = [os.environ["FLOWER_USER"] + ":" + password]
`;
