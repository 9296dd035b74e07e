"""Every sentence has its Chinese: extracts them into a copy of the house and looks for what is missing or doubtful."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LANGUAGE = "zh_Hans"
COPIED = ("config", "dashboard", "workorders", "logistics", "orders", "deposits", "foundation", "templates", "locale", "static",
          "manage.py", "pyproject.toml")
PLACEHOLDER = re.compile(r"%\(\w+\)[-0-9.]*[a-zA-Z]|%[sd]|\{\w*\}")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="houtai-messages-") as folder:
        copy = Path(folder)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", "tests"))
            elif source.exists():
                shutil.copy(source, copy / name)
        command = [sys.executable, "manage.py", "makemessages", "-l", LANGUAGE, "--no-location", "--ignore=var"]
        subprocess.run(command, cwd=copy, check=True, stdout=subprocess.DEVNULL)
        path = copy / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"
        catalogue = polib.pofile(str(path))
        subprocess.run(["msgfmt", "--check-format", "-o", "/dev/null", str(path)], check=True)
    found = [entry for entry in catalogue if not entry.obsolete]
    faults = [fault for entry in found for fault in _faults(entry)]
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    sys.stdout.write(f"{len(found)} sentences, {len(faults)} faults\n")
    return 1 if faults else 0


def _faults(entry: polib.POEntry) -> Iterator[str]:
    shown = entry.msgid.replace("\n", "\\n")
    translations = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if not all(translations):
        yield f"not translated: {shown}"
    elif entry.fuzzy:
        yield f"doubtful (fuzzy): {shown}"
    elif not entry.msgid_plural and set(PLACEHOLDER.findall(entry.msgid)) != set(PLACEHOLDER.findall(entry.msgstr)):
        yield f"other placeholders: {shown} → {entry.msgstr}"


if __name__ == "__main__":
    sys.exit(main())
