from config.settings.production import *  # noqa
