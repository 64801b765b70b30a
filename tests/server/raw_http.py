"""HTTP as bytes, for what no well-behaved client sends."""

import json
import socket
import struct


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers  # names in lower case
        self.body = body

    def json(self):
        return json.loads(self.body)


def request(method, path, body=None, *headers):
    """headers: whole lines."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")


def take_answer(data, head_only=False):
    """The first answer in `data` and what follows it; nothing when it is not whole. Throws ValueError when it is broken."""
    head, separator, rest = data.partition(b"\r\n\r\n")
    if not separator:
        return None, data
    first, *lines = head.decode("ascii").split("\r\n")
    version, status, _ = first.split(" ", 2)
    if version != "HTTP/1.1":
        raise ValueError(f"expected HTTP/1.1, got {first}")
    headers = {}
    for line in lines:
        name, value = line.split(": ", 1)
        if name.lower() in headers:
            raise ValueError(f"the header {name} is there twice")
        headers[name.lower()] = value
    length = 0 if head_only or status in ("100", "204", "304") else int(headers["content-length"])
    if len(rest) < length:
        return None, data
    return Answer(int(status), headers, rest[:length]), rest[length:]


def connect(port, timeout=60):
    return socket.create_connection(("127.0.0.1", port), timeout)


def send(sock, data):
    """False when the server has closed the connection, which it may at any time."""
    try:
        sock.sendall(data)
        return True
    except (ConnectionError, socket.timeout):
        return False


def receive_all(sock):
    """Every byte until the server closes the connection. A reset ends them, too."""
    received = []
    try:
        while data := sock.recv(1 << 16):
            received.append(data)
    except ConnectionError:
        pass
    return b"".join(received)


def answers(data):
    """All the answers in `data`, which must hold nothing else."""
    found = []
    while data:
        answer, data = take_answer(data)
        if answer is None:
            raise ValueError(f"an answer is cut short: {data[:200]}")
        found.append(answer)
    return found


def exchange(port, *pieces):
    """Sends the pieces, then the end of the stream; the answers that came until the server closed the connection."""
    with connect(port) as sock:
        if all(send(sock, piece) for piece in pieces):
            try:
                sock.shutdown(socket.SHUT_WR)
            except OSError:  # the server was quicker
                pass
        return answers(receive_all(sock))


def reset(sock):
    """Closes at once, whatever is under way: the server sees a broken connection."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
