"""A private working folder per job, for what is too big for the row and worth nothing once the job has ended.

Nothing in it is ever the only copy: a kind must be able to make it again from the job's input file, so a lost folder,
or a worker on another machine, costs time and never data.
"""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from .models import Job

KEEP = timedelta(days=7)


def root() -> Path:
    return Path(settings.HOUTAI_VAR_DIR) / "jobs"


def of(number: str) -> Path:
    """The folder of the job of that number, made if need be, readable by this user only."""
    folder = root() / number
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def sweep(now: datetime) -> dict:
    """Remove folders untouched for KEEP whose job has ended or is unknown."""
    old = [folder for folder in _folders() if _touched(folder) < now - KEEP]
    running = set(Job.objects.unfinished().filter(number__in=[f.name for f in old]).values_list("number", flat=True))
    swept = [folder for folder in old if folder.name not in running]
    for folder in swept:
        shutil.rmtree(folder, ignore_errors=True)
    return {"swept": len(swept)}


def _folders() -> list[Path]:
    return sorted(path for path in root().iterdir() if path.is_dir()) if root().is_dir() else []


def _touched(folder: Path) -> datetime:
    newest = max([folder, *folder.iterdir()], key=lambda path: path.stat().st_mtime)
    return datetime.fromtimestamp(newest.stat().st_mtime, tz=UTC)
