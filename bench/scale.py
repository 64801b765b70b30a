#!/usr/bin/env python3
"""How training scales with the number of ranks: measured with mpirun on this machine, and computed for 16 and 64 nodes.

    bench/scale.py --bin build/default/bin [--repeat 3] [--names lenet vgg forest svm] [--json FILE]

Strong scaling keeps the work, weak scaling keeps the work of a rank (batch 128 a rank). All ranks of the measured rows share
the cores of this machine, so that rows of more ranks than cores only show what the exchange costs. The best of the repeats
counts. The computed rows take from the measured ones the time of a step and the bytes that a rank sends, and assume a
network between nodes of --bandwidth and --latency.
"""

import argparse
import json
import os
import subprocess

SAMPLES = {"lenet": 12800, "vgg": 1280, "mlp": 25600, "forest": 6000, "svm": 6000}
NETWORKS = ("lenet", "vgg", "mlp")
MICRO_BATCH = {"lenet": 64, "vgg": 32, "mlp": 64}


def run(options, name, ranks, threads, batch, samples):
    command = ["mpirun", "-np", str(ranks), "--oversubscribe", "--bind-to", "none"]
    if os.geteuid() == 0:
        command.append("--allow-run-as-root")
    command += [os.path.join(options.bin, "inkling-scale"), name, str(samples), str(batch), str(threads)]
    best = None
    for _ in range(options.repeat):
        row = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        if best is None or row["seconds"] < best["seconds"]:
            best = row
    return best


def measure(options):
    rows = []
    for name in options.names:
        samples = SAMPLES[name]
        rows.append(dict(run(options, name, 1, 2, 128, samples), scaling="strong"))
        for ranks in (1, 2, 4):
            rows.append(dict(run(options, name, ranks, 1, 128, samples), scaling="strong"))
        if name in NETWORKS:
            for ranks in (2, 4):
                rows.append(dict(run(options, name, ranks, 1, 128 * ranks, samples * ranks), scaling="weak"))
    return rows


def print_measured(rows):
    print("Measured (ranks share the cores of this machine)\n")
    print("| | scaling | ranks x threads | batch | seconds | of 1 x 2 | bytes a rank sends, a step | share of time in exchanges |")
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        base = next(r for r in rows if r["name"] == row["name"] and r["threads"] == 2)
        speed = row["samples"] / row["seconds"] / (base["samples"] / base["seconds"])
        print(f"| {row['name']} | {row['scaling']} | {row['ranks']} x {row['threads']} | "
              f"{row['batch'] if row['name'] in NETWORKS else ''} | {row['seconds']:.2f} | {100 * speed:.0f} % | "
              f"{row['bytes_of_a_rank'] / row['steps']:,.0f} | {100 * row['seconds_in_exchanges'] / row['seconds']:.0f} % |")


def print_computed(rows, options):
    """A step takes the time of a rank's micro-batches; what each rank sends grows with (n - 1) / n and crosses its link once;
    each exchange of a step (those of the whole run, shared out to its steps) costs a latency for each other rank."""
    print(f"\nComputed for nodes of one core such as this one, {8 * options.bandwidth / 1e9:g} Gbit/s and "
          f"{1e6 * options.latency:g} us between them; batch 128 a node (weak) and 2048 in all (strong)\n")
    print("| | scaling | nodes | bytes a node sends, a step | seconds a step | efficiency |")
    print("|---|---|---|---|---|---|")
    for name in (n for n in options.names if n in NETWORKS):
        alone = next(r for r in rows if r["name"] == name and r["ranks"] == 1 and r["threads"] == 1)
        two = next(r for r in rows if r["name"] == name and r["ranks"] == 2 and r["scaling"] == "strong")
        sample = alone["seconds"] / alone["samples"]
        whole = 2 * two["bytes_of_a_rank"] / two["steps"]  # (n - 1) / n of it is sent
        exchanges = two["exchanges"] / two["steps"]
        for scaling in ("weak", "strong"):
            for nodes in (16, 64):
                batch = 128 * nodes if scaling == "weak" else 2048
                micro = MICRO_BATCH[name]
                share = -(-(batch // micro) // nodes) * micro  # samples of the busiest node
                sent = whole * (nodes - 1) / nodes
                seconds = share * sample + sent / options.bandwidth + exchanges * (nodes - 1) * options.latency
                print(f"| {name} | {scaling} | {nodes} | {sent:,.0f} | {seconds:.4f} | "
                      f"{100 * batch * sample / nodes / seconds:.0f} % |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/default/bin")
    parser.add_argument("--names", nargs="+", default=["lenet", "vgg", "forest", "svm"], choices=list(SAMPLES))
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--bandwidth", type=float, default=1.25e9, help="bytes a second of a node's link")
    parser.add_argument("--latency", type=float, default=25e-6, help="seconds of a message")
    parser.add_argument("--json", help="write the measured rows to this file")
    options = parser.parse_args()
    rows = measure(options)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)
    print_measured(rows)
    print_computed(rows, options)


if __name__ == "__main__":
    main()
