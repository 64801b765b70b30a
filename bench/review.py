#!/usr/bin/env python3
"""How long inkling-server takes from a reviewer's key to the next field with its picture.

    bench/review.py BUILD/bin MODELS [--fields 10000] [--decisions 500] [--pause 0.2]

Makes a run of so many fields (the example's pages over and over, each with a picture of its own on the disk), asks for
all of them to be reviewed, and decides one after another over one connection: each time is from the first byte of the
decision sent to the last byte of the answer, which holds the next field and its crop. The disk has the decision by then.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from http.client import HTTPConnection

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests/server"))
from reviewed_run import make_run  # noqa: E402
from running_server import Server  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bin")
    parser.add_argument("models")
    parser.add_argument("--fields", type=int, default=10000)
    parser.add_argument("--decisions", type=int, default=500)
    parser.add_argument("--order", default="confidence")
    parser.add_argument("--pause", type=float, default=0.2, help="seconds that a person looks at a field")
    parser.add_argument("--folder", help="where the run is made; else the system's temporary folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        run = make_run(os.path.join(options.bin, "inkling"), options.models, folder, pages=options.fields // 8, pictures=True)
        with Server(os.path.join(options.bin, "inkling-server"), options.models, "--review", run, "--least-sure", "1",
                    "--log", "off") as server:
            connection = HTTPConnection("127.0.0.1", server.port)

            def ask(path, body):
                begun = time.perf_counter()
                connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
                answer = connection.getresponse().read()
                return time.perf_counter() - begun, json.loads(answer)

            def processor():  # seconds that the server used
                with open("/proc/%d/stat" % server.process.pid) as file:
                    fields = file.read().rpartition(")")[2].split()
                return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

            _, answer = ask("/review/next", {"reviewer": "Ann", "order": options.order})
            times = []
            used = processor()
            while len(times) < options.decisions and answer["tasks"]:
                task = answer["tasks"][0]
                took, answer = ask("/review/decide", {"reviewer": "Ann", "page": task["page"], "field": task["field"],
                                                      "after": task["after"], "kind": "accepted", "count": 1,
                                                      "order": options.order})
                assert "decision" in answer, answer
                times.append(took)
                time.sleep(options.pause)
            times.sort()
            share = lambda p: 1000 * times[min(len(times) - 1, int(p * len(times)))]
            print("%d fields, %d decisions: median %.1f ms, p90 %.1f, p99 %.1f, most %.1f; %.1f ms of a processor each" %
                  (answer["progress"]["fields"], len(times), share(0.5), share(0.9), share(0.99), 1000 * times[-1],
                   1000 * (processor() - used) / len(times)))


if __name__ == "__main__":
    main()
