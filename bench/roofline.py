#!/usr/bin/env python3
"""Rooflines of the kernels and of the paths from end to end, on one thread (Williams et al. 2009).

    bench/roofline.py build/default/bin/inkling-bench [--folder docs/performance] [--min-time 0.3]

Runs inkling-bench, which knows by count what each of its benchmarks computes and moves at the least, and measures the machine's peak and
bandwidth in the same run. Writes roofline-kernels.svg and roofline-paths.svg, whose top is the peak of floats, and prints a table.
"""

import argparse
import html
import json
import math
import os
import pathlib
import subprocess

KERNELS = "^machine$|^kernel/|^layer/vgg/(0|1|2|6|18|21)_"  # the other layers are of the same kinds, or Winograd's kernel
PATHS = "^machine$|^predict/|^read/|^train/|^infer/|^forest/fit|^forest/predict"
NAMES = {"predict/end_to_end": "predict a picture", "read/field": "read five characters", "forest/fit/100": "fit a forest",
         "forest/predict/100": "predict by a forest", "forest/predict/100/one": "one image by a forest"}
SMALL_NUMBERS = ("bf16", "int8")  # their peak is another
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 860, 520, 60, 34, 46


def run(options, pattern):
    command = [options.bench, "--threads", "1", f"--benchmark_filter={pattern}", f"--benchmark_min_time={options.min_time}",
               "--benchmark_format=json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    rows = {row["name"].removesuffix("/real_time"): row for row in json.loads(done.stdout)["benchmarks"]}
    machine = rows.pop("machine")
    peak, bandwidth = machine["peak_flop_per_second"], machine["peak_bytes_per_second"]
    points = [(NAMES.get(name, name.removeprefix("kernel/").removeprefix("layer/vgg/")), row["flop_per_second"], row["bytes_per_second"])
              for name, row in rows.items() if row.get("bytes_per_second")]
    return peak, bandwidth, points


def draw(title, peak, bandwidth, points):
    """log-log; the top is the peak. What exceeds it, since it leaves out zeros, is in the table alone."""
    shown = [(name, flop / moved, flop) for name, flop, moved in points if 0 < flop <= peak and not any(word in name for word in SMALL_NUMBERS)]
    low_x = math.floor(math.log10(min([x for _, x, _ in shown] + [peak / bandwidth]))) - 0.1
    high_x = math.log10(max(x for _, x, _ in shown)) + 0.9
    low_y, high_y = math.floor(math.log10(min(y for _, _, y in shown))), math.log10(peak)

    def at(x, y):
        return (LEFT + (math.log10(x) - low_x) / (high_x - low_x) * (WIDTH - LEFT - 10),
                TOP + (high_y - math.log10(y)) / (high_y - low_y) * (HEIGHT - TOP - BOTTOM))

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="11">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
             f'<text x="{LEFT}" y="16" font-size="14">{html.escape(title)}: GFLOP/s; the top is the peak, {peak / 1e9:.0f}</text>']
    for power in range(math.ceil(low_y), math.floor(high_y) + 1):
        _, y = at(1, 10 ** power)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - 10}" stroke="#ddd"/>'
                     f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{10.0 ** power / 1e9:g}</text>')
    for power in range(math.ceil(low_x), math.floor(high_x) + 1):
        x, _ = at(10 ** power, peak)
        parts.append(f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>'
                     f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 15}" text-anchor="middle">{10.0 ** power:g}</text>')
    parts.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 10}" text-anchor="middle">FLOP a byte that must move</text>')
    start, end = max(10 ** low_x, 10 ** low_y / bandwidth), min(10 ** high_x, peak / bandwidth)
    (x1, y1), (x2, y2), (x3, _) = at(start, start * bandwidth), at(end, min(peak, end * bandwidth)), at(10 ** high_x, peak)
    parts.append(f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}H{x3:.1f}" fill="none" stroke="#06c" stroke-width="2"/>'
                 f'<text x="{(x1 + x2) / 2 - 8:.1f}" y="{(y1 + y2) / 2 - 6:.1f}" fill="#06c" text-anchor="end">'
                 f'memory, {bandwidth / 1e9:.0f} GB/s</text>')
    taken = []
    for name, x, y in sorted(shown, key=lambda point: -point[2]):
        px, py = at(x, y)
        label = py + 4
        while any(abs(label - other) < 11 and abs(px - ox) < 190 for ox, other in taken):
            label += 11
        taken.append((px, label))
        parts.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3.5" fill="#c30"/>'
                     f'<text x="{px + 7:.1f}" y="{label:.1f}">{html.escape(name)}</text>')
    return "\n".join(parts) + "\n</svg>\n"


def table(peak, points):
    print("| | GFLOP/s | of peak | GB/s | FLOP a byte |\n|---|---|---|---|---|")
    for name, flop, moved in points:
        computed = (f"{flop / 1e9:.3g}", f"{flop / peak:.3f}", f"{flop / moved:.3g}") if flop > 0 else ("", "", "")
        print(f"| {name} | {computed[0]} | {computed[1]} | {moved / 1e9:.3g} | {computed[2]} |")
    print(flush=True)


def main():
    parser = argparse.ArgumentParser(description="Rooflines of the kernels and of the paths from end to end.")
    parser.add_argument("bench")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent / "docs/performance")
    parser.add_argument("--min-time", default="0.3", help="seconds of each benchmark")
    options = parser.parse_args()
    options.folder.mkdir(exist_ok=True)
    for title, file, pattern in (("Kernels and layers", "roofline-kernels.svg", KERNELS), ("End to end", "roofline-paths.svg", PATHS)):
        peak, bandwidth, points = run(options, pattern)
        (options.folder / file).write_text(draw(title, peak, bandwidth, points), encoding="utf-8")
        print(f"{title}: peak {peak / 1e9:.0f} GFLOP/s, memory {bandwidth / 1e9:.1f} GB/s\n")
        table(peak, points)


if __name__ == "__main__":
    main()
