"""The whole program: signals, log, options. process_test.py SERVER MODELS PICTURE"""

import base64
import glob
import http.client
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

from raw_http import answers, connect, exchange, receive_all, request
from running_server import Server, form

PROGRAM, MODELS, PICTURE_FILE = sys.argv[1:4]
with open(PICTURE_FILE, "rb") as file:
    PICTURE = ("file", file.read())


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Process(unittest.TestCase):
    def test_ends_well_on_request(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with Server(PROGRAM, MODELS, "--log", "off") as server:
                idle = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
                idle.request("GET", "/health")
                self.assertEqual(idle.getresponse().read()[:1], b"{")
                server.process.send_signal(number)  # with an idle connection open
                self.assertEqual(server.wait(), 0)
                self.assertEqual(server.log, [])
                idle.close()

    def test_logs_a_line_of_json_for_each_answer(self):
        with Server(PROGRAM, MODELS) as server:
            good = server.ask("POST", "/predict", [PICTURE], {"Authorization": "secret", "Cookie": "secret"})
            server.ask("GET", "/secret%20path?secret")
            server.process.terminate()
            self.assertEqual(server.wait(), 0)
            lines = [json.loads(line) for line in server.log]
            self.assertEqual([(line["method"], line["route"], line["status"], line["model"]) for line in lines],
                             [("POST", "/predict", 200, "cnn"), ("GET", None, 404, None)])
            self.assertEqual(lines[0]["id"], good.headers["x-request-id"])
            self.assertGreater(lines[0]["ms"], 0)
            self.assertGreater(lines[0]["bytes"], len(good.body))
            self.assertNotIn("secret", "".join(server.log))

    def test_loads_models_again(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("svm", "mlp"):
                shutil.copy(os.path.join(MODELS, name + ".safetensors"), folder)
            with Server(PROGRAM, folder) as server:
                names = lambda: [model["name"] for model in server.ask("GET", "/models").json()["models"]]
                self.assertEqual(names(), ["mlp", "svm"])

                os.rename(os.path.join(folder, "mlp.safetensors"), os.path.join(folder, "other.safetensors"))
                with open(os.path.join(folder, "svm.safetensors"), "r+b") as model:
                    model.truncate(1000)
                server.process.send_signal(signal.SIGHUP)
                warning = json.loads(server.await_log(lambda line: "warning" in line))
                self.assertIn("model svm is not used", warning["message"])
                for _ in range(1000):
                    if names() == ["other", "svm"]:
                        break
                self.assertEqual(names(), ["other", "svm"])
                self.assertEqual(server.ask("GET", "/health").json()["stale"], ["svm"])
                answer = server.ask("POST", "/predict", [PICTURE, ("model", "svm"), ("charset", "digits")]).json()
                self.assertEqual(answer["prediction"], "7")

                shutil.rmtree(folder)
                os.mkdir(folder)
                server.process.send_signal(signal.SIGHUP)
                server.await_log(lambda line: "models stay as they are" in line)
                self.assertEqual(names(), ["other", "svm"])

    def test_without_standard_descriptors_nothing_is_said_to_a_client(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        process = subprocess.Popen(["sh", "-c", f'exec "$0" --port {port} --models "$1" <&- >&- 2>&-', PROGRAM, MODELS])
        try:
            for _ in range(600):
                try:
                    with socket.create_connection(("127.0.0.1", port), 60) as client:
                        client.sendall(b"GET /nothing HTTP/1.1\r\nConnection: close\r\n\r\n")
                        answer = receive_all(client)
                    break
                except ConnectionRefusedError:
                    time.sleep(0.1)
            self.assertTrue(answer.startswith(b"HTTP/1.1 404 "), answer)
            self.assertNotIn(b'"route"', answer)  # a line of the log
            length = int(re.search(rb"Content-Length: (\d+)", answer)[1])
            self.assertEqual(len(answer.partition(b"\r\n\r\n")[2]), length)
        finally:
            process.terminate()
            self.assertEqual(process.wait(60), 0)

    def test_without_descriptors_it_waits_without_work_and_serves_on(self):
        """Fewer descriptors than clients, each of which is owed an answer, so that none can give way."""
        limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
        with Server(PROGRAM, MODELS, "--log", "off", preexec_fn=limit) as server:
            clients = [socket.create_connection(("127.0.0.1", server.port), 60) for _ in range(60)]
            for client in clients:
                client.sendall(b"POST /predict HTTP/1.1\r\n")
            before = cpu_seconds(server.process.pid)
            time.sleep(1)
            self.assertLess(cpu_seconds(server.process.pid) - before, 0.5)
            for client in clients:
                client.close()
            self.assertEqual(server.ask("GET", "/health").status, 200)

    def test_listens_on_ipv6_and_prints_an_address_that_works(self):
        if not socket.has_ipv6 or not os.path.exists("/proc/net/if_inet6"):
            self.skipTest("no IPv6 here")
        for host in ("::1", "[::1]"):
            process = subprocess.Popen([PROGRAM, "--host", host, "--port", "0", "--models", MODELS, "--log", "off"],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            line = process.stdout.readline()
            if not line and "Cannot assign" in process.stderr.read():
                self.skipTest("no IPv6 here")
            url = re.match(r"inkling-server: (http://\[::1\]:\d+) with ", line)[1]
            with urllib.request.urlopen(url + "/health", timeout=60) as answer:
                self.assertEqual(answer.status, 200)
            process.terminate()
            process.communicate()

    def test_requests_as_other_clients_write_them(self):
        content = b'Content-Disposition: form-data; name="file"; filename="7.png"\r\n'
        picture = PICTURE[1]
        forms = {
            "a boundary of asterisks": ("*****", content + b"\r\n" + picture),
            "folded headers of a part": ("b", content.replace(b"; filename", b";\r\n filename") + b"\r\n" + picture),
            "a part in base64": ("b", content + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(picture)),
        }
        with Server(PROGRAM, MODELS, "--log", "off") as server:
            for name, (boundary, part) in forms.items():
                edge = b"--" + boundary.encode()
                body = edge + b"\r\n" + part + b"\r\n" + edge + b"--\r\n"
                for path, before in (("/predict", b""), ("/predict/", b"\r\n")):
                    with self.subTest(name, path=path):
                        whole = before + request("POST", path, body, f"Content-Type: multipart/form-data; boundary={boundary}",
                                                 "Connection: close")
                        (answer,) = exchange(server.port, whole)
                        self.assertEqual((answer.status, answer.json().get("prediction")), (200, "7"))
            with connect(server.port) as client:  # nothing more comes, and the client waits
                client.sendall(b"POST /predict HTTP/1.1\nHost: a\n\n")
                self.assertEqual(answers(receive_all(client))[0].status, 400)

    def test_other_origins_are_let_in_by_name_alone(self):
        with Server(PROGRAM, MODELS, "--log", "off", "--cors", "https://a.example", "--cors", "https://b.example") as server:
            for origin, allowed in (("https://b.example", "https://b.example"), ("https://c.example", None)):
                answer = server.ask("POST", "/predict", [PICTURE], {"Origin": origin})
                self.assertEqual(answer.headers.get("access-control-allow-origin"), allowed)
                self.assertEqual(answer.headers["vary"], "Origin")
            preflight = server.ask("OPTIONS", "/predict", None, {"Origin": "https://a.example",
                                                                 "Access-Control-Request-Method": "POST"})
            self.assertEqual(preflight.status, 200)

    def test_many_requests_over_one_connection(self):
        with Server(PROGRAM, MODELS, "--log", "text") as server:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            kind, body = form([PICTURE, ("charset", "digits")])
            for _ in range(50):
                connection.request("POST", "/predict", body, {"Content-Type": kind})
                sock = connection.sock
                answer = connection.getresponse()
                self.assertEqual(json.loads(answer.read())["prediction"], "7")
                self.assertIs(connection.sock, sock)
            metrics = server.ask("GET", "/metrics").body.decode()
            self.assertIn('inkling_http_requests_total{route="/predict",status="200"} 50\n', metrics)
            self.assertIn('inkling_prediction_duration_seconds_count{model="cnn"} 50\n', metrics)
            connection.close()

    def workers_at(self, quota=None, plan=None):
        """Threads that answer requests, in a container whose processors are so limited."""
        command = [PROGRAM]
        if quota is not None:
            own_user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
            script = 'mount -t tmpfs none /sys/fs/cgroup && echo "$0" > /sys/fs/cgroup/cpu.max && exec "$@"'
            command = ["unshare", "--mount", *own_user, "sh", "-ec", script, quota, PROGRAM]
        environment = {name: value for name, value in os.environ.items() if name != "RENDER_CPU_COUNT"}
        if plan is not None:
            environment["RENDER_CPU_COUNT"] = plan
        with Server(command, MODELS, "--log", "off", environment=environment) as server:
            tasks = glob.glob(f"/proc/{server.process.pid}/task/*/comm")
            return [pathlib.Path(task).read_text() for task in tasks].count("worker\n")

    def test_two_workers_for_each_processor_of_the_plan(self):
        cores = len(os.sched_getaffinity(0))
        self.assertEqual(self.workers_at(), 2 * cores)
        for plan, allowed in (("0.5", 1), ("1", 1), ("1.5", 2), ("1000", cores)):
            self.assertEqual(self.workers_at(plan=plan), 2 * min(cores, allowed), plan)

    def test_two_workers_for_each_processor_of_the_container(self):
        cores = len(os.sched_getaffinity(0))
        for quota, allowed in (("50000 100000", 1), ("300000 200000", 2), ("max 100000", cores)):
            try:
                workers = self.workers_at(quota=quota)
            except RuntimeError as error:  # no right to a namespace of its own
                self.skipTest(str(error))
            self.assertEqual(workers, 2 * min(cores, allowed), quota)

    def test_wrong_usage(self):
        for options in (["--log", "loud"], ["--port", "x"], ["--nonsense"]):
            run = subprocess.run([PROGRAM, *options], capture_output=True, text=True)
            self.assertEqual(run.returncode, 2)
        run = subprocess.run([PROGRAM, "--models", MODELS, "--cors", "*"], capture_output=True, text=True)
        self.assertEqual(run.returncode, 1)
        self.assertIn("expected an origin", run.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
