from django.db import models


class Done(models.Model):
    """Something that a worker did."""

    what = models.CharField(max_length=50)
    host = models.CharField(max_length=100)
    at = models.DateTimeField(auto_now_add=True)
