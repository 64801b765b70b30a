"""The whole program: signals, log, options. process_test.py SERVER MODELS PICTURE"""

import base64
import glob
import hashlib
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
import threading
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

    def test_models_whose_files_change_are_loaded_again_and_no_request_is_lost(self):
        with tempfile.TemporaryDirectory() as folder:
            model = os.path.join(folder, "mlp.safetensors")
            shutil.copy(os.path.join(MODELS, "mlp.safetensors"), model)
            with Server(PROGRAM, folder, "--log", "off", "--watch") as server:
                first = server.ask("GET", "/models").json()["models"][0]["version"]
                versions, failures, ended = [], [], threading.Event()

                def ask():
                    while not ended.is_set():
                        answer = server.ask("POST", "/predict", [PICTURE, ("charset", "digits")])
                        if answer.status != 200 or answer.json()["prediction"] != "7":
                            failures.append(answer.body)
                        versions.append(answer.json().get("version"))

                clients = [threading.Thread(target=ask) for _ in range(3)]
                for client in clients:
                    client.start()
                with open(os.path.join(MODELS, "svm.safetensors"), "rb") as other:
                    with open(model + ".new", "wb") as new:
                        new.write(other.read())
                os.rename(model + ".new", model)
                deadline = time.monotonic() + 60
                while (not versions or versions[-1] == first) and time.monotonic() < deadline:
                    time.sleep(0.05)
                ended.set()
                for client in clients:
                    client.join()
                self.assertEqual(failures, [])
                self.assertEqual(len(set(versions)), 2, "the models were not loaded again")
                self.assertEqual(server.ask("GET", "/models").json()["models"][0]["kind"], "svm")

    def test_versions_are_hashes_of_the_files(self):
        with Server(PROGRAM, MODELS, "--log", "off") as server:
            for model in server.ask("GET", "/models").json()["models"]:
                with open(os.path.join(MODELS, model["name"] + ".safetensors"), "rb") as file:
                    self.assertEqual(model["sha256"], hashlib.sha256(file.read()).hexdigest())
                self.assertTrue(model["sha256"].startswith(model["version"]))
                answer = server.ask("POST", "/predict", [PICTURE, ("model", model["name"])]).json()
                self.assertEqual((answer["version"], answer["sha256"]), (model["version"], model["sha256"]))

    def test_keys_are_asked_for_and_changed(self):
        key, other = "0123456789abcdef", "fedcba9876543210"
        with tempfile.NamedTemporaryFile("w+") as file:
            file.write(f"# the first\n{key}\n")
            file.flush()
            with Server(PROGRAM, MODELS, "--api-key-file", file.name, "--cors", "https://a.example") as server:
                for path in ("/health", "/v2/health/live", "/v2/health/ready", "/", "/app.js", "/docs", "/openapi.json"):
                    self.assertEqual(server.ask("GET", path).status, 200, path)
                refused = server.ask("POST", "/predict", [PICTURE])
                self.assertEqual((refused.status, refused.content_type), (401, "application/problem+json"))
                self.assertEqual(refused.headers["www-authenticate"], 'Bearer realm="inkling"')
                for path in ("/models", "/metrics", "/v2", "/v2/models/cnn", "/forms", "/nowhere"):
                    self.assertEqual(server.ask("GET", path).status, 401, path)
                    self.assertEqual(server.ask("GET", path, None, {"X-API-Key": other}).status, 401, path)
                for headers in ({"Authorization": f"Bearer {key}"}, {"X-API-Key": key}):
                    self.assertEqual(server.ask("POST", "/predict", [PICTURE], headers).status, 200)
                preflight = server.ask("OPTIONS", "/predict", None, {"Origin": "https://a.example",
                                                                     "Access-Control-Request-Method": "POST"})
                self.assertEqual(preflight.status, 200)
                self.assertIn("X-API-Key", preflight.headers["access-control-allow-headers"])

                file.write(other + "\n")
                file.flush()
                server.process.send_signal(signal.SIGHUP)
                deadline = time.monotonic() + 60
                status = None
                while status != 200 and time.monotonic() < deadline:
                    status = server.ask("GET", "/models", None, {"X-API-Key": other}).status
                self.assertEqual(status, 200)
                self.assertEqual(server.ask("GET", "/models", None, {"X-API-Key": key}).status, 200)
                file.truncate(0)
                server.process.send_signal(signal.SIGHUP)
                server.await_log(lambda line: "API keys stay as they are" in line)
                self.assertEqual(server.ask("GET", "/models", None, {"X-API-Key": key}).status, 200)
                self.assertNotIn(key, "".join(server.log))
        for text in ("", "short"):
            with tempfile.NamedTemporaryFile("w") as file:
                file.write(text)
                file.flush()
                run = subprocess.run([PROGRAM, "--models", MODELS, "--api-key-file", file.name], capture_output=True, text=True)
                self.assertEqual(run.returncode, 1)
                self.assertIn("expected a key", run.stderr)

    def test_a_trace_is_logged_and_echoed(self):
        trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        with Server(PROGRAM, MODELS) as server:
            answer = server.ask("GET", "/health", None, {"traceparent": trace})
            self.assertEqual(answer.headers["traceparent"], trace)
            id = answer.headers["x-request-id"]
            self.assertEqual(answer.headers["traceresponse"], f"00-0af7651916cd43dd8448eb211c80319c-{id}-01")
            line = json.loads(server.await_log(lambda line: id in line))
            self.assertEqual((line["trace_id"], line["parent_id"]), (trace[3:35], trace[36:52]))
            self.assertNotIn("traceparent", server.ask("GET", "/health", None, {"traceparent": "smuggled"}).headers)

    def test_lines_come_while_the_rest_is_read(self):
        kind, body = form([PICTURE] * 40 + [("explain", "1")])
        headers = {"Content-Type": kind, "Accept": "application/x-ndjson"}
        with Server(PROGRAM, MODELS, "--log", "off") as server:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            for _ in range(2):  # over one connection
                connection.request("POST", "/predict", body, headers)
                answer = connection.getresponse()
                self.assertEqual(answer.headers["Transfer-Encoding"], "chunked")
                lines = [json.loads(line) for line in answer]
                self.assertEqual([line["index"] for line in lines], list(range(40)))
                self.assertEqual({line["prediction"] for line in lines}, {"7"})
            connection.close()
            old = request("POST", "/predict", body, f"Content-Type: {kind}", "Accept: application/x-ndjson")
            (whole,) = exchange(server.port, old.replace(b"HTTP/1.1", b"HTTP/1.0", 1))
            self.assertEqual(whole.body.count(b"\n"), 40)

    def test_forms_are_loaded_again(self):
        source = os.path.join(os.path.dirname(PICTURE_FILE), "..", "forms")
        with tempfile.TemporaryDirectory() as folder:
            inside = os.path.join(folder, "vote")
            shutil.copytree(source, inside)
            with open(os.path.join(folder, "broken.json"), "w") as file:
                file.write("{")
            with Server(PROGRAM, MODELS, "--forms", folder) as server:
                self.assertIn("broken.json", server.await_log(lambda line: "is not used" in line))
                names = lambda: [form["name"] for form in server.ask("GET", "/forms").json()["forms"]]
                self.assertEqual(names(), ["village-vote"])
                path = os.path.join(inside, "form.json")
                with open(path) as file:
                    text = file.read()
                with open(path, "w") as file:
                    file.write(text.replace("village-vote", "town-vote"))
                server.process.send_signal(signal.SIGHUP)
                deadline = time.monotonic() + 60
                while names() != ["town-vote"] and time.monotonic() < deadline:
                    pass
                self.assertEqual(names(), ["town-vote"])
        with tempfile.TemporaryDirectory() as empty:
            run = subprocess.run([PROGRAM, "--models", MODELS, "--forms", empty], capture_output=True, text=True)
            self.assertEqual(run.returncode, 1)
            self.assertIn("no usable form", run.stderr)

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
