"""The server is thrown away, and its user may make no database: tests have the one that is there."""

from config.settings.production import *  # noqa: F403

DATABASES["default"]["TEST"] = {"NAME": DATABASES["default"]["NAME"]}  # noqa: F405
TEST_RUNNER = "config.runner.Runner"
