"""What the site takes from its environment; passwords from their files."""

import os


def read(variable):
    with open(os.environ[variable]) as file:
        return file.read()


SECRET_KEY = read("SECRET_KEY_FILE")
DEBUG = os.environ["DEBUG"] == "true"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django_celery_beat", "site_jobs"]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Flower has no edge to the database
if "DATABASE_HOST" in os.environ:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": os.environ["DATABASE_HOST"],
            "PORT": os.environ["DATABASE_PORT"],
            "NAME": os.environ["DATABASE_NAME"],
            "USER": os.environ["DATABASE_USER"],
            "PASSWORD": read("DATABASE_PASSWORD_FILE"),
            "OPTIONS": {"sslmode": os.environ["DATABASE_SSLMODE"]},
        }
    }
