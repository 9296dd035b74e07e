"""Private folders for bytes: written whole or not at all, readable by this user only, never under a public address.

    <MEDIA_ROOT>/originals/<shop>/<ab>/<uuid>.bin   sealed, byte for byte, read-only
    <MEDIA_ROOT>/clean/<shop>/<ab>/<uuid>.jpg       clean copies and sheets
    <MEDIA_ROOT>/thumbs/<shop>/<ab>/<uuid>.jpg
"""

import contextlib
import logging
import os
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from foundation.lifecycle.errors import Blocked

logger = logging.getLogger(__name__)

ORIGINALS, CLEAN, THUMBS = "originals", "clean", "thumbs"
TREES = (ORIGINALS, CLEAN, THUMBS)
BLOCK = 1 << 16


def root() -> Path:
    return Path(settings.MEDIA_ROOT)


def path_of(relative: str) -> Path:
    """Absolute path of a stored relative one; raises FileNotFoundError for anything outside the private folders."""
    path = (root() / relative).resolve()
    if not relative or not path.is_relative_to(root().resolve()):
        raise FileNotFoundError(relative)
    return path


def relative_path(tree: str, shop_id: int, uid: uuid.UUID) -> str:
    ending = "bin" if tree == ORIGINALS else "jpg"
    return f"{tree}/{shop_id}/{uid.hex[:2]}/{uid}.{ending}"


@contextlib.contextmanager
def batch() -> Iterator["Batch"]:
    """Files that belong to one row: removed again if the block fails; a full disk becomes a sentence."""
    written = Batch()
    try:
        yield written
    except OSError as error:
        written.remove()
        logger.error("could not store a file: %s", error.strerror)
        raise Blocked(_("There is no room to store files at this moment. Nothing was saved; try again later.")) from None
    except BaseException:
        written.remove()
        raise


class Batch:
    """Writes files and remembers them until their row is committed."""

    def __init__(self) -> None:
        self.paths: list[Path] = []

    def write(self, relative: str, blocks: Iterable[bytes]) -> str:
        """Write whole or not at all (a temporary name, then a rename); returns `relative`."""
        target = root() / relative
        _make_folder(target.parent)
        handle, temporary = tempfile.mkstemp(dir=target.parent, suffix=".part")
        self.paths.append(Path(temporary))
        with os.fdopen(handle, "wb") as out:
            for block in blocks:
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        os.chmod(temporary, 0o400 if relative.startswith(ORIGINALS) else 0o600)
        os.replace(temporary, target)
        self.paths[-1] = target
        return relative

    def remove(self) -> None:
        for path in self.paths:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        with contextlib.suppress(FileExistsError):
            one.mkdir(mode=0o700)


def older_than(moment: datetime) -> Iterator[tuple[Path, str]]:
    """(path, uuid or "") of every stored file last written before `moment`."""
    for tree in TREES:
        for folder, _folders, names in os.walk(root() / tree):
            for name in names:
                path = Path(folder, name)
                with contextlib.suppress(FileNotFoundError):
                    if datetime.fromtimestamp(path.stat().st_mtime, UTC) < moment:
                        yield path, "" if name.endswith(".part") else path.stem


def blocks_of(source: object) -> Iterator[bytes]:
    """Bytes, or a file object from its start, in blocks."""
    if isinstance(source, bytes):
        yield source
        return
    source.seek(0)  # type: ignore[attr-defined]
    while block := source.read(BLOCK):  # type: ignore[attr-defined]
        yield block
