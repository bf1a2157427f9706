from django.test.runner import DiscoverRunner


class Runner(DiscoverRunner):
    """Makes no database and removes none."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{**kwargs, "keepdb": True})
