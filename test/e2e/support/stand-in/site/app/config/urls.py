from django.urls import path

from site_jobs.health import health

urlpatterns = [path("health/", health)]
