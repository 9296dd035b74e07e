"""Composing four 12-MP photographs on one sheet, against the same done plainly with Pillow.

    python bench/compose.py [--photos FOLDER] [--rounds N]

Both are asked in turns in one process, so a noisy machine troubles both; the figure is the ratio of the medians.
Memory is the peak over the base of a process that does it once. Photographs are drawn here unless a folder is given.
"""

import argparse
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from PIL import Image, ImageDraw  # noqa: E402

from bench.figures import Figure, table  # noqa: E402
from foundation.files.fonts import caption_font  # noqa: E402
from workorders.composer import Heading, Limits, Picture, compose  # noqa: E402

SIZE = (4032, 3024)
LABELS = ("发货底单", "签收红章证明", "发货称重图", "签收称重图")
MUST, STRETCH, MEMORY_MUST = 0.45, 0.25, 60.0


def draw_photographs(folder: Path) -> list[Path]:
    """Four pictures with the detail of a photograph: noise over a gradient, a slip with print on it."""
    paths = []
    for number, label in enumerate(LABELS):
        noise = Image.effect_noise((SIZE[0] // 2, SIZE[1] // 2), 26).resize(SIZE)
        shade = Image.radial_gradient("L").resize(SIZE)
        picture = Image.merge("RGB", (noise, Image.blend(noise, shade, 0.5), shade))
        draw = ImageDraw.Draw(picture)
        draw.rectangle([500, 400, 3500, 2600], fill="#f6f4ee")
        for line in range(24):
            text = f"{label} {line:02d} 运单号 SF0000{number}{line:06d} 重量 2.{line:02d} kg"
            draw.text((560, 450 + 88 * line), text, font=caption_font(58), fill="#222")
        paths.append(folder / f"{number}.jpg")
        picture.save(paths[-1], quality=90)
    return paths


def ours(paths: list[Path]) -> bytes:
    pictures = [Picture(path, *SIZE, 0, (label,)) for path, label in zip(paths, LABELS, strict=True)]
    return compose(pictures, Heading("261122-000000000000001", "WO0000000001"), Limits()).jpeg


def naive(paths: list[Path]) -> bytes:
    """What one writes first: decode whole, LANCZOS, paste, save."""
    sheet = Image.new("RGB", (2000, 1724), "white")
    draw = ImageDraw.Draw(sheet)
    for index, path in enumerate(paths):
        picture = Image.open(path).convert("RGB").resize((970, 728), Image.Resampling.LANCZOS)
        x, y = 20 + index % 2 * 990, 170 + index // 2 * 806
        sheet.paste(picture, (x, y))
        draw.text((x, y - 50), LABELS[index], font=caption_font(34), fill="#16181d")
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=88)
    return out.getvalue()


def timed(work: Callable[[list[Path]], bytes], paths: list[Path]) -> float:
    start = time.perf_counter()
    work(paths)
    return time.perf_counter() - start


def peak_of(name: str, folder: Path) -> float:
    """MiB over the base of a fresh process doing `name` once."""
    command = [sys.executable, __file__, "--photos", str(folder), "--once", name]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def once(name: str, paths: list[Path]) -> None:
    caption_font(34).getlength("发货底单")
    base = peak_kib()
    {"ours": ours, "naive": naive}[name](paths)
    sys.stdout.write(f"{(peak_kib() - base) / 1024:.1f}")


def peak_kib() -> int:
    """This process's own peak; `getrusage` would start from the peak of the process that started it."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise SystemExit("This measurement needs Linux.")


def measure(folder: Path, paths: list[Path], rounds: int) -> Iterator[Figure]:
    """Seconds against plain Pillow in turns, and MiB over the base of a process that does it once."""
    ours(paths)
    naive(paths)
    pairs = [(timed(ours, paths), timed(naive, paths)) for _ in range(rounds)]
    mine, plain = (statistics.median(times) for times in zip(*pairs, strict=True))
    yield Figure("compose four 12-MP photographs", mine, "s", plain, MUST, STRETCH)
    yield Figure("compose: memory over base", peak_of("ours", folder), "MiB", None, MEMORY_MUST)


def figures(rounds: int = 9) -> Iterator[Figure]:
    """What `make bench` asks for: photographs drawn here."""
    with tempfile.TemporaryDirectory() as made:
        yield from measure(Path(made), draw_photographs(Path(made)), rounds)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=Path, help="a folder with four 4032 × 3024 JPEGs")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--once", choices=["ours", "naive"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = options.photos or Path(made)
        paths = sorted(folder.glob("*.jpg"))[:4] if options.photos else draw_photographs(folder)
        if options.once:
            once(options.once, paths)
            return 0
        found = list(measure(folder, paths, options.rounds))
    table(found)
    return 0 if all(figure.reaches(figure.must) for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
