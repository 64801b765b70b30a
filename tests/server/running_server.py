"""Starts inkling-server on a free port, for the tests of the whole program."""

import http.client
import json
import re
import subprocess
import threading


def form(fields):
    """The body of a form, as (content type, bytes). fields: (name, bytes or str) in order; several of a name may be."""
    body = b""
    for name, value in fields:
        data = value if isinstance(value, bytes) else value.encode()
        body += b'--boundary\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), data)
    return "multipart/form-data; boundary=boundary", body + b"--boundary--\r\n"


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def content_type(self):
        return self.headers.get("content-type", "").split(";")[0]

    def json(self):
        return json.loads(self.body)


class Server:
    """with Server(program, models, "--log", "json") as server: ..."""

    def __init__(self, program, models, *options, environment=None, preexec_fn=None):
        """program: a path, or a command that ends in one."""
        command = [program] if isinstance(program, str) else program
        self.process = subprocess.Popen([*command, "--port", "0", "--models", models, *options], env=environment,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        preexec_fn=preexec_fn)
        line = self.process.stdout.readline()
        found = re.match(r"inkling-server: http://[^:]*:(\d+) with (.*)", line)
        if not found:
            raise RuntimeError(f"the server did not start: {line}{self.process.stderr.read()}")
        self.port = int(found[1])
        self.log = []  # lines of stderr
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read_log)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.wait()

    def _read_log(self):
        for line in self.process.stderr:
            with self._changed:
                self.log.append(line.rstrip("\n"))
                self._changed.notify_all()

    def await_log(self, predicate, timeout=60):
        """The first line of the log for which predicate is true, as soon as it is there."""
        with self._changed:
            matching = lambda: next((line for line in self.log if predicate(line)), None)
            if not self._changed.wait_for(matching, timeout):
                raise AssertionError(f"no such line in the log: {self.log}")
            return matching()

    def ask(self, method, path, fields=None, headers={}, body=None):
        """fields: of a form; body: bytes, as an alternative."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            headers = dict(headers)
            if fields is not None:
                headers["Content-Type"], body = form(fields)
            connection.request(method, path, body, headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def wait(self):
        """The exit status; all of the log is then there."""
        status = self.process.wait(60)
        self._reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
        return status
