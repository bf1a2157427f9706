"""
Stands in for Flower, of which Debian has no package: it hears the events of Celery's workers from the real broker, tells of them as
Flower does, keeps what it has heard, and asks for the name and password of its configuration.
"""

import json
import os
from base64 import b64encode
from collections import Counter
from threading import Thread
from time import sleep

import click
from tornado.ioloop import IOLoop
from tornado.web import Application, RequestHandler


@click.command()
@click.option("--port", type=int)
@click.option("--conf")
@click.option("--persistent", type=bool)
@click.option("--db")
@click.option("--state_save_interval", type=int)
@click.option("--purge_offline_workers", type=int)
@click.pass_context
def flower(context, port, conf, persistent, db, state_save_interval, purge_offline_workers):
    """Starts what stands in for Flower."""
    app, options, seen, workers = context.obj.app, {}, Counter(), set()
    with open(conf) as file:
        exec(file.read(), options)
    if persistent and os.path.exists(db):
        with open(db) as file:
            seen.update(json.load(file))

    def hear(event):
        seen[event["type"]] += 1
        workers.add(event["hostname"])

    def listen():
        while True:
            try:
                with app.connection_for_read() as connection:
                    app.events.Receiver(connection, handlers={"*": hear}).capture(limit=None, timeout=None, wakeup=True)
            except Exception as error:
                print("no events:", error)
                sleep(1)

    def save():
        while persistent:
            sleep(state_save_interval / 1000)
            with open(db + ".new", "w") as file:
                json.dump(seen, file)
            os.replace(db + ".new", db)

    class Health(RequestHandler):
        def get(self):
            self.write("OK")

    class Metrics(RequestHandler):
        def get(self):
            for kind, count in sorted(seen.items()):
                self.write('flower_events_total{type="%s"} %d\n' % (kind, count))
            for worker in sorted(workers):
                self.write('flower_worker_online{worker="%s"} 1\n' % worker)

    class Page(RequestHandler):
        def get(self):
            known = [b64encode(one.encode()).decode() for one in options.get("basic_auth", [])]
            if known and self.request.headers.get("Authorization", "").replace("Basic ", "", 1) not in known:
                self.set_status(401)
            else:
                self.write("workers")

    for thread in (listen, save):
        Thread(target=thread, daemon=True).start()
    Application([("/healthcheck", Health), ("/metrics", Metrics), ("/", Page)]).listen(port)
    IOLoop.current().start()
