"""The house's own settings, an address for the floor and a header that counts statements."""

from config.settings import *  # noqa: F403
from config.settings import MIDDLEWARE as OURS

ROOT_URLCONF = "bench.urls"
MIDDLEWARE = ["bench.counting.count_statements", *OURS]
HOUTAI_MODE = "demo"
