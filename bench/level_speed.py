#!/usr/bin/env python3
"""What a picture costs inkling-server of each level of x86-64, against the first program that is named.

    bench/level_speed.py native=PROGRAM v4=PROGRAM:x86-64-v4 v3=PROGRAM:x86-64-v3 [--model cnn] [--pictures 16]

PROGRAM:LEVEL is run with that INKLING_LEVEL. The pictures are digits of the sample (data/) as PNG files of 28x28 pixels,
--pictures of them in a request. The servers run side by side and answer 64 pictures each in turn, whereby what else the machine does
meets them alike; processor time is counted. Where a process has its memory matters, too: so --starts times anew. Prints the median
of the starts' ratios, each of all its time, their least and most, and whether all predicted the same.
"""

import argparse
import gzip
import http.client
import json
import os
import pathlib
import statistics
import subprocess
import time

from folder_speed import DATA, SIDE, png

MODELS = DATA.parent / "models"
TURN = 64


def pictures(count):
    images = gzip.decompress((DATA / "t10k-images-idx3-ubyte.gz").read_bytes())[16:]
    return [png(images[i * SIDE * SIDE:(i + 1) * SIDE * SIDE]) for i in range(count)]


class Server:
    def __init__(self, program, port):
        program, _, level = program.partition(":")
        environment = {**os.environ, "INKLING_LEVEL": level, "OMP_NUM_THREADS": "1"}
        command = [program, "--port", str(port), "--models", str(MODELS), "--log", "off"]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.seconds = 0.0
        self.predictions = []

    def wait(self):
        for _ in range(400):
            try:
                self.connection.request("GET", "/health")
                self.connection.getresponse().read()
                return
            except OSError:
                self.connection.close()
                time.sleep(0.05)
        raise TimeoutError("the server does not answer")

    def processor_seconds(self):
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def ask(self, model, files):
        parts = [b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
                 b"Content-Type: image/png\r\n\r\n" + file + b"\r\n" for file in files]
        self.connection.request("POST", "/predict?model=" + model, b"".join(parts) + b"--x--\r\n",
                                {"Content-Type": "multipart/form-data; boundary=x"})
        answer = json.loads(self.connection.getresponse().read())
        return [one["prediction"] for one in (answer["results"] if len(files) > 1 else [answer])]

    def turn(self, model, files, in_request):
        before = self.processor_seconds()
        for first in range(0, len(files), in_request):
            self.predictions += self.ask(model, files[first:first + in_request])
        self.seconds += self.processor_seconds() - before

    def stop(self):
        self.process.terminate()
        self.process.wait()


def one_start(options, programs, files):
    servers = [Server(program, options.port + i) for i, program in enumerate(programs)]
    try:
        for server in servers:
            server.wait()
            server.ask(options.model, files[:TURN])
        end = time.monotonic() + options.seconds
        turn = 0
        while time.monotonic() < end:
            first = turn * TURN % len(files)
            for server in servers if turn % 2 == 0 else reversed(servers):
                server.turn(options.model, files[first:first + TURN], options.pictures)
            turn += 1
    finally:
        for server in servers:
            server.stop()
    return servers


def main():
    parser = argparse.ArgumentParser(description="What a picture costs inkling-server of each level of x86-64.")
    parser.add_argument("programs", nargs="+", metavar="NAME=PROGRAM[:LEVEL]")
    parser.add_argument("--model", default="cnn")
    parser.add_argument("--pictures", type=int, default=16, help="pictures in a request")
    parser.add_argument("--starts", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=20, help="of each start")
    parser.add_argument("--port", type=int, default=9300)
    options = parser.parse_args()
    names, programs = zip(*(program.split("=", 1) for program in options.programs))
    files = pictures(80 * TURN)
    costs = {name: [] for name in names}
    same = True
    for _ in range(options.starts):
        servers = one_start(options, programs, files)
        for name, server in zip(names, servers):
            costs[name].append(server.seconds / len(server.predictions))
            same &= server.predictions == servers[0].predictions
    for name, cost in costs.items():
        ratios = [first / own for first, own in zip(costs[names[0]], cost)]
        print(f"{name:12} {1e6 * statistics.median(cost):7.1f} us   speed {statistics.median(ratios):.2f} "
              f"({min(ratios):.2f} to {max(ratios):.2f})")
    print("the same predictions" if same else "other predictions")


if __name__ == "__main__":
    main()
