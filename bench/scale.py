#!/usr/bin/env python3
"""How training scales with the number of ranks: measured with mpirun on this machine, and computed for 16 and 64 nodes.

    bench/scale.py --bin build/mpi/bin [--repeat 3] [--names lenet vgg forest svm] [--share 1] [--json FILE]

Strong scaling keeps the work; weak scaling keeps the work of a rank (batch 128, or 100 trees; not of an SVM, which has 60
classes here: the ten digits in six parts each). All ranks of the measured rows share the cores of this machine, so that
rows of more ranks than cores only show what the exchange costs. Repeats go through all rows in turn, and the best of each
counts. The computed rows take from the measured ones the time of a step and the bytes that a rank sends, and assume a
network between nodes of --bandwidth and --latency.
"""

import argparse
import json
import os
import subprocess
import sys

SAMPLES = {"lenet": 12800, "vgg": 2560, "mlp": 12800, "forest": 6000, "svm": 6000}
NETWORKS = ("lenet", "vgg", "mlp")
MICRO_BATCH = {"lenet": 64, "vgg": 32, "mlp": 64}
BATCH = {"forest": 100, "svm": 60}  # trees and classes; of the others 128
ENOUGH = {"lenet": 0.90, "vgg": 0.90, "forest": 0.95, "svm": 0.95}  # of 1 rank x 2 threads, by 2 ranks x 1 thread


def run(options, row):
    command = [options.mpirun, "-np", str(row["ranks"]), "--oversubscribe", "--bind-to", "none"]
    if os.geteuid() == 0:
        command.append("--allow-run-as-root")
    command += [os.path.join(options.bin, "inkling-scale"), *(str(row[key]) for key in ("name", "samples", "batch", "threads"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def rows_of(options, name):
    batch, samples = BATCH.get(name, 128), int(options.share * SAMPLES[name])

    def row(scaling, ranks, threads, times=1):
        return {"name": name, "scaling": scaling, "ranks": ranks, "threads": threads, "batch": batch * times,
                "samples": samples * times if name in NETWORKS else samples}

    rows = [row("strong", 1, 2)] + [row("strong", ranks, 1) for ranks in (1, 2, 4)]
    return rows + ([] if name == "svm" else [row("weak", ranks, 1, times=ranks) for ranks in (2, 4)])


def measure(options):
    rows = [row for name in options.names for row in rows_of(options, name)]
    for repeat in range(options.repeat):
        for row in rows:
            now = run(options, row)
            if repeat == 0 or now["seconds"] < row["seconds"]:
                row.update(now)
        print(f"repeat {repeat + 1} of {options.repeat} done", file=sys.stderr)
    return rows


def work(row):
    return row["batch"] if row["name"] == "forest" else row["samples"]


def of_one_rank(rows, row):
    """How much faster a row works than one rank with two threads."""
    base = next(r for r in rows if r["name"] == row["name"] and r["threads"] == 2)
    return work(row) / row["seconds"] / (work(base) / base["seconds"])


def print_measured(rows):
    print("Measured (ranks share the cores of this machine)\n")
    print("| | scaling | ranks x threads | batch, trees or classes | seconds | of 1 x 2 | bytes a rank sends, a step | share of time in exchanges |")
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        print(f"| {row['name']} | {row['scaling']} | {row['ranks']} x {row['threads']} | "
              f"{row['batch']} | {row['seconds']:.2f} | {100 * of_one_rank(rows, row):.0f} % | "
              f"{row['bytes_of_a_rank'] / row['steps']:,.0f} | {100 * row['seconds_in_exchanges'] / row['seconds']:.0f} % |")


def print_enough(rows):
    """2 ranks x 1 thread against 1 rank x 2 threads."""
    print("\n2 ranks x 1 thread against 1 rank x 2 threads\n")
    for row in rows:
        if (row["ranks"], row["threads"], row["scaling"]) == (2, 1, "strong"):
            share, enough = of_one_rank(rows, row), ENOUGH.get(row["name"])
            told = "" if enough is None else f": at least {100 * enough:.0f} % {'reached' if share >= enough else 'NOT REACHED'}"
            print(f"- {row['name']} {100 * share:.1f} %{told}")


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
    parser.add_argument("--bin", default="build/mpi/bin")
    parser.add_argument("--mpirun", default="mpirun", help="of the Open MPI that the program was built with")
    parser.add_argument("--names", nargs="+", default=["lenet", "vgg", "forest", "svm"], choices=list(SAMPLES))
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--share", type=float, default=1, help="of the samples, for a quick try")
    parser.add_argument("--bandwidth", type=float, default=1.25e9, help="bytes a second of a node's link")
    parser.add_argument("--latency", type=float, default=25e-6, help="seconds of a message")
    parser.add_argument("--json", help="write the measured rows to this file")
    options = parser.parse_args()
    rows = measure(options)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)
    print_measured(rows)
    print_enough(rows)
    print_computed(rows, options)


if __name__ == "__main__":
    main()
