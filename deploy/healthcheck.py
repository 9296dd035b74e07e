"""Exit code 0 if the web here is ready. It answers to its own name only, so the name is asked for."""

import os
import sys
from http.client import HTTPConnection

name = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
asked = HTTPConnection("127.0.0.1", int(os.environ.get("PORT") or 8000), timeout=5)
try:
    asked.request("GET", "/readyz", headers={"Host": name})
    answer = asked.getresponse()
    sys.stdout.write(answer.read(2000).decode(errors="replace"))
    sys.exit(0 if answer.status == 200 else 1)
except OSError as problem:
    sys.exit(f"nobody answers: {problem}")
