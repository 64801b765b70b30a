"""What strangers send: each is answered with the right problem or cut off, in bounded time and memory, and the next
client is served. attack_test.py SERVER MODELS PICTURE"""

import json
import os
import re
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from pictures import chunk, drawing, jpeg, jpeg_of_many_scans, png
from raw_http import answers, connect, exchange, receive_all, request, send
from running_server import Server, form

PROGRAM, MODELS = sys.argv[1:3]
with open(sys.argv[3], "rb") as file:
    PICTURE = file.read()
BODY_LIMIT = 4 * 1024 * 1024
FORM_TYPE = "Content-Type: multipart/form-data; boundary=boundary"


def predict(*fields, headers=(FORM_TYPE,)):
    return request("POST", "/predict", form(fields)[1], *headers)


def good_request():
    return predict(("file", PICTURE), ("charset", "digits"))


def chunked(*chunks, head="POST /predict HTTP/1.1\r\nHost: localhost\r\n"):
    """chunks: (size as written, data)"""
    body = b"".join(size.encode() + b"\r\n" + data + b"\r\n" for size, data in chunks)
    return f"{head}{FORM_TYPE}\r\nTransfer-Encoding: chunked\r\n\r\n".encode() + body


def memory(pid, name):
    """In MB; VmRSS for now, VmHWM for the most so far."""
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(rf"{name}:\s*(\d+) kB", status.read())[1]) / 1024


def has_sanitizer(program):
    with open(program, "rb") as file:
        return re.search(rb"__[at]san_init", file.read()) is not None


class Attack(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(PROGRAM, MODELS, "--log", "json")

    @classmethod
    def tearDownClass(cls):
        """It has survived everything, has told nothing that it was sent, and ends in order."""
        server = cls.server
        most = memory(server.process.pid, "VmHWM")
        server.process.terminate()
        status = server.wait()
        assert status == 0, f"exit status {status}: {server.log[-20:]}"
        for line in server.log:
            json.loads(line)
            assert line.isprintable(), f"the log has control characters: {line!r}"
            assert "smuggled" not in line and "<script>" not in line, line
        print(f"most resident memory: {most:.0f} MB")
        assert has_sanitizer(PROGRAM) or most < 512, f"{most} MB"

    def tearDown(self):
        self.assert_served()

    def assert_served(self):
        (answer,) = exchange(self.server.port, good_request())
        self.assertEqual((answer.status, answer.json()["prediction"]), (200, "7"))

    def assert_refused(self, answer, *statuses):
        self.assertIn(answer.status, statuses, answer.body[:300])
        self.assertEqual(answer.headers["content-type"], "application/problem+json")
        problem = answer.json()
        self.assertEqual(problem["status"], answer.status)
        self.assertTrue(problem["title"] and problem["detail"])
        self.assertTrue(answer.body.isascii() and answer.body.decode().isprintable(), answer.body)
        for secret in ("std::", "json.exception", "what()", MODELS, "/home", "/usr", "smuggled", "<script>"):
            self.assertNotIn(secret, problem["detail"])

    def refuse(self, data, *statuses):
        """`data` gets one answer, a problem, and nothing behind it is taken for a request."""
        found = exchange(self.server.port, data)
        self.assertEqual(len(found), 1, [(answer.status, answer.body[:100]) for answer in found])
        self.assert_refused(found[0], *statuses)
        return found[0]

    # Size

    def test_large_bodies(self):
        self.refuse(request("POST", "/predict", None, FORM_TYPE, f"Content-Length: {BODY_LIMIT + 1}"), 413)
        self.refuse(predict(("file", bytes(BODY_LIMIT))), 413)
        self.refuse(request("POST", "/predict", None, FORM_TYPE, "Content-Length: 99999999999999999999"), 400)
        self.refuse(request("POST", "/predict", None, FORM_TYPE, "Content-Length: 18446744073709551615"), 413)
        self.refuse(chunked(*[("100000", bytes(1 << 20))] * 5), 413)
        self.refuse(chunked((f"{BODY_LIMIT + 1:x}", b"")), 413)

    def test_a_body_without_framing_is_not_read(self):
        head = f"POST /predict HTTP/1.1\r\nHost: localhost\r\n{FORM_TYPE}\r\n\r\n".encode()
        found = exchange(self.server.port, head, bytes(BODY_LIMIT + 1))
        self.assertIn(len(found), (1, 2))  # the second: these bytes are no request
        for answer in found:
            self.assert_refused(answer, 400, 431)
        (answer,) = exchange(self.server.port, head.replace(b"1.1", b"1.0", 1), form([("file", PICTURE)])[1])
        self.assert_refused(answer, 400)

    def test_compressed_bodies(self):
        for coding in ("gzip", "br", "deflate", "gzip, gzip", "GZIP", "zstd"):
            self.refuse(predict(("file", PICTURE), headers=(FORM_TYPE, f"Content-Encoding: {coding}")), 415)
        for coding in ("gzip", "gzip, chunked", "chunked, gzip"):
            self.refuse(request("POST", "/predict", None, FORM_TYPE, f"Transfer-Encoding: {coding}"), 501)

    def test_header_floods(self):
        self.refuse(request("GET", "/health", None, *[f"X-{i}: {i}" for i in range(100)]), 431)
        self.refuse(request("GET", "/health", None, *[f"X-{i}: {i}" for i in range(20000)]), 431)
        self.refuse(request("GET", "/health", None, "X: " + "x" * (1 << 20)), 431)
        self.refuse(request("GET", "/" + "x" * 9000), 414)
        self.refuse(request("GET", "/" + "x" * 100000), 414, 431)
        self.refuse(request("GET" * 1000, "/"), 400, 501)

    def test_endless_headers(self):
        for line in (b"X: y\r\n", b"x" * 4096):
            with connect(self.server.port) as sock:
                begin = time.monotonic()
                send(sock, b"GET / HTTP/1.1\r\nX: ")
                while send(sock, line * 100):  # ends only because the server hangs up
                    self.assertLess(time.monotonic() - begin, 60)

    def test_endless_trailer(self):
        self.refuse(chunked(("0", b""))[:-2] + b"X: y\r\n" * 20000, 431, 400)

    # Slowness

    def test_slow_clients_have_one_deadline(self):
        """A byte now and then does not prolong it. The server's is 10 s."""
        outcomes = {}
        body = good_request()

        def dribble(name, first, rest, pause):
            stop = threading.Event()
            with connect(self.server.port, timeout=90) as sock:
                def write():
                    for i in range(len(rest)):
                        if not send(sock, rest[i:i + 1]) or stop.wait(pause):
                            return
                send(sock, first)
                writer = threading.Thread(target=write)
                writer.start()
                outcomes[name] = answers(receive_all(sock))
                stop.set()
                writer.join()

        clients = {"head": (b"", b"GET / HTTP/1.1\r\nX: " + b"x" * 400), "body": (body[:300], body[300:]),
                   "chunks": (chunked(), b"1\r\nx\r\n" * 100), "second": (good_request(), body)}
        threads = [threading.Thread(target=dribble, args=(name, first, rest, 0.25))
                   for name, (first, rest) in clients.items()]
        threads.append(threading.Thread(target=dribble, args=("silent", b"", b"", 1)))
        for thread in threads:
            thread.start()
        self.assert_served()
        for thread in threads:
            thread.join()
        for name in ("head", "body", "chunks"):
            self.assertEqual(len(outcomes[name]), 1, name)
            self.assert_refused(outcomes[name][0], 408)
        self.assertEqual([answer.status for answer in outcomes["second"]], [200, 408])
        self.assertEqual(outcomes["silent"], [])

    def test_many_unfinished_requests(self):
        sockets = []
        try:
            for i in range(700):  # more than the server keeps
                sockets.append(connect(self.server.port))
                send(sockets[-1], good_request()[:i])
            for _ in range(5):
                self.assert_served()
        finally:
            for sock in sockets:
                sock.close()

    def test_a_client_that_reads_nothing(self):
        with connect(self.server.port) as sock:
            sock.settimeout(1)
            while send(sock, request("GET", "/app.js") * 100):
                pass
            self.assert_served()

    # Framing

    def test_chunk_sizes(self):
        for size in ("-1", "-5", "+5", "0x5", "", "5 5", "g", "ffffffffffffffff", "fffffffffffffffff",
                     "7fffffffffffffff", "5" * 300, "5;" + "x" * 300, "5\0"):
            self.refuse(chunked((size, b"hello")), 400, 413)
        self.refuse(chunked(("4", b"hello")), 400)
        self.refuse(chunked(("5", b"hello"), ("-5", b"hello"), ("0", b"")), 400)

    def test_framing_that_can_be_read_in_two_ways(self):
        smuggled = request("GET", "/smuggled")
        length, chunks = f"Content-Length: {len(smuggled)}", "Transfer-Encoding: chunked"
        for headers, statuses in ((("Content-Length: 4", chunks), (400,)),
                                  ((chunks, "Content-Length: 4"), (400,)),
                                  (("Content-Length: 0", length), (400,)),
                                  ((length, length), (400,)),
                                  (("Content-Length: 0, 5",), (400,)),
                                  (("Content-Length: -1",), (400,)),
                                  (("Content-Length: +1",), (400,)),
                                  (("Content-Length: 0x1",), (400,)),
                                  (("Content-Length:",), (400,)),
                                  (("Content-Length : 5",), (400,)),
                                  (("Content-Length: 5\n",), (400,)),
                                  ((" Content-Length: 5",), (400,)),
                                  (("X: y", " Content-Length: 5"), (400,)),
                                  (("Transfer-Encoding: xchunked",), (501,)),
                                  (("Transfer-Encoding: identity",), (501,)),
                                  ((chunks, chunks), (501,)),
                                  (("Transfer-Encoding : chunked",), (400,)),
                                  (("Transfer-Encoding:\x0bchunked",), (400,)),
                                  (("X: y\rTransfer-Encoding: chunked",), (400,)),
                                  (("X: y\0",), (400,)),
                                  (("no colon",), (400,)),
                                  (("Host: other",), (400,))):
            self.refuse(request("POST", "/predict", None, FORM_TYPE, *headers) + b"0\r\n\r\n" + smuggled, *statuses)
        old = b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        self.refuse(old + smuggled, 400)

    def test_a_body_is_never_the_next_request(self):
        smuggled = request("GET", "/smuggled")
        after = request("GET", "/health")
        broken = form([("file", PICTURE)])[1][:200] + smuggled
        for first, status in ((request("POST", "/nowhere", smuggled), 404), (request("GET", "/health", smuggled), 200),
                              (request("DELETE", "/predict", smuggled), 405),
                              (request("POST", "/predict", smuggled), 400),
                              (request("POST", "/predict", smuggled, "Content-Type: text/plain"), 415),
                              (request("POST", "/predict", broken, FORM_TYPE), 400),
                              (chunked((f"{len(smuggled):x}", smuggled), ("0", b"")), 400)):
            found = exchange(self.server.port, first + after)
            self.assertEqual([answer.status for answer in found], [status, 200])
            self.assertIn(b"status", found[1].body)
        # What was refused before it was read ends the connection.
        self.refuse(request("POST", "/predict", None, f"Content-Length: {BODY_LIMIT + 1}") + smuggled + after, 413)
        self.refuse(request("POST", "/predict", smuggled, "Content-Encoding: gzip") + after, 415)

    def test_pipelined_requests_are_answered_in_order(self):
        found = exchange(self.server.port, (good_request() + request("GET", "/nowhere")) * 20)
        self.assertEqual([answer.status for answer in found], [200, 404] * 20)

    def test_what_is_not_http(self):
        for data in (b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + bytes(500) + b"\r\n\r\n",
                     b"hello\r\n\r\n",
                     b"GET /\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                     b"GET  / HTTP/1.1\r\n\r\n", b"GET /a b HTTP/1.1\r\n\r\n", b"G\xc3T / HTTP/1.1\r\n\r\n",
                     bytes(20000),
                     b"GET / HTTP/1.1"):
            self.refuse(data, 400, 431, 505)
        for empty_lines in (b"\r\n\r\n", b"\n\n\n\n"):  # may come before a request; here is none
            self.assertEqual(exchange(self.server.port, empty_lines), [])
        for method in ("TRACE", "CONNECT", "PUT", "OPTIONS", "get"):
            (answer,) = exchange(self.server.port, request(method, "/predict"))
            self.assert_refused(answer, 400, 405, 501)

    def test_overlapping_ranges(self):
        (whole,) = exchange(self.server.port, request("GET", "/app.js"))
        for ranges in ("bytes=" + ",".join(["0-"] * 2000), "bytes=0-18446744073709551615", "bytes=-1", "x"):
            (answer,) = exchange(self.server.port, request("GET", "/app.js", None, "Range: " + ranges))
            self.assertIn(answer.status, (200, 206, 416))
            self.assertLessEqual(len(answer.body), len(whole.body))

    # Paths

    def test_paths_outside(self):
        for path in ("/../models/cnn.safetensors", "/%2e%2e/models/cnn.safetensors", "/..%2f..%2fetc/passwd",
                     "/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "//etc/passwd", "/etc/passwd", "/models//",
                     "/models/cnn.safetensors",
                     "/./app.js", "/app.js//", "/app.js/..", "/..", "/web/", "/%c0%ae%c0%ae/etc/passwd", "/%252e%252e/",
                     "/..\\..\\etc\\passwd", "http://localhost/../etc/passwd", "/.git/config", "/app.js~"):
            self.refuse(request("GET", path), 404)
        for path in ("/app.js%00", "/%00", "/%0d%0aSet-Cookie:smuggled", "/%", "/%zz", "/%1b[31m", "/\x7f", "*",
                     "app.js"):
            answer = self.refuse(request("GET", path), 400, 404)
            self.assertNotIn("set-cookie", answer.headers)

    # Forms

    def test_forms_that_cannot_be_read(self):
        part = b'--boundary\r\nContent-Disposition: form-data; name="file"'
        end = b"\r\n\r\nx\r\n--boundary--\r\n"
        for body in (part + b"; x=\"" + b"\\" * 78000 + end,             # quadratic where a regular expression reads it
                     part + b"; a=b" * 20000 + end,
                     b"--boundary\r\n" + b"X: y\r\n" * 600000 + end,
                     b"--boundary\r\n" + b"X" * 4000000 + end,
                     b"\r\n--boundar" * 300000,                          # nearly a boundary, again and again
                     (part + b"\r\n\r\nx\r\n") * 50000 + b"--boundary--",
                     part + b"\r\n\r\n", b"--boundary", b"--boundary--", b"x", b"\r\n",
                     b"--boundary\r\nno colon" + end):
            self.refuse(request("POST", "/predict", body, FORM_TYPE), 400, 422)
        for kind in ("multipart/form-data", "multipart/form-data; boundary=",
                     "multipart/form-data; boundary=" + "b" * 71,
                     'multipart/form-data; boundary="', "multipart/mixed; boundary=boundary", "multipart/"):
            self.refuse(predict(("file", PICTURE), headers=(f"Content-Type: {kind}",)), 400, 415)
        for kind in ("application/json", "image/png", "application/x-www-form-urlencoded", "x" * 8000):
            self.refuse(predict(("file", PICTURE), headers=(f"Content-Type: {kind}",)), 400, 415)
        self.refuse(predict(("file", PICTURE), ("top", b"1"), ("top", b"1")), 400)
        self.refuse(predict(("other", PICTURE)), 400)

    def test_json_that_cannot_be_read(self):
        kind = "Content-Type: application/json"
        for body in (b"[" * 4000000, b'{"a":' * 800000, b"[" + b"[]," * 1300000 + b"[]]", b"[" + b"0," * 2000000 + b"0]",
                     b"{" + b",".join(b'"%d":0' % i for i in range(300000)) + b"}", b'{"image":"' + b"A" * 4000000,
                     b'{"image":"' + b"!" * 4000000 + b'"}', b'{"image":' + b"9" * 4000000 + b"}", b'{"image":1e9999999}',
                     b'"' + b"\\u0000" * 600000 + b'"', b"\xff\xfe{\0", b'{"image":"","image":""}', b"null"):
            for path in ("/predict", "/predict/field", "/v2/models/cnn/infer"):
                self.refuse(request("POST", path, body, kind), 400)
        for image in (b"AAAA" * 999990, b"=" * 4000000, b"data:" * 700000, b"data:;base64," + b"\\n" * 1900000):
            self.refuse(request("POST", "/predict", b'{"image":"' + image + b'"}', kind), 400, 415, 422)

    def test_tensors_that_cannot_be_read(self):
        tensor = '{"inputs":[{"name":"image","datatype":"BYTES","shape":[%s],%s}]}'
        in_json = [(shape, '"data":["aaaa"]') for shape in ("2", "0", "18446744073709551615,18446744073709551615",
                                                             "-1", "1.5", "1e300", "256,257", "")]
        binary = [("1", '"parameters":{"binary_data_size":%d}' % size) for size in (0, 3, 8, 9, 2**32, 2**64 - 1)]
        for shape, rest in in_json + binary:
            text = (tensor % (shape, rest)).encode()
            for behind in (b"", b"\xff\xff\xff\xffaaaa", b"\x05\0\0\0aaaa", b"\0\0\0"):
                self.refuse(request("POST", "/v2/models/cnn/infer", text + behind,
                                    f"Inference-Header-Content-Length: {len(text)}"), 400, 415, 422)
        for length in ("-1", "1", "99999999", "0x10", "", "18446744073709551616"):
            data = request("POST", "/v2/models/cnn/infer", b"{}", f"Inference-Header-Content-Length: {length}")
            self.refuse(data, 400)

    def test_what_the_client_wrote_is_not_echoed(self):
        for text in ("\x1b[31msmuggled", 'smuggled"\r\nSet-Cookie: a=b\r\n\r\n', "<script>smuggled</script>",
                     "smuggled\0",
                     "../../smuggled", "smuggled" * 10000, "\udcff\udcfesmuggled"):
            data = text.encode("utf-8", "surrogateescape")
            for name in ("model", "top", "seen", "prior"):
                answer = self.refuse(predict(("file", PICTURE), (name, data)), 400, 404, 422)
                self.assertNotIn("set-cookie", answer.headers)
        for charset in ("\x1b[31m", "z-a", "9-0", "\xff", "-", "x" * 300, "\0-\x7f"):
            for answer in exchange(self.server.port, predict(("file", PICTURE), ("charset", charset))):
                if answer.status != 200:
                    self.assert_refused(answer, 400)
        for header in ("Origin: \x1b[31m", "Origin: https://smuggled", "If-None-Match: smuggled",
                       "X-Request-Id: smuggled",
                       "User-Agent: <script>smuggled", "Cookie: smuggled", "X-Forwarded-For: smuggled"):
            for answer in exchange(self.server.port, request("GET", "/nowhere", None, header)):
                self.assert_refused(answer, 400, 404)
                self.assertNotIn("smuggled", str(answer.headers))
        for query in ("explain=smuggled", "explain=" + "1" * 5000, "explain=%00", "=&=&&&"):
            data = request("POST", "/predict?" + query, form([("file", PICTURE)])[1], FORM_TYPE)
            for answer in exchange(self.server.port, data):
                if answer.status != 200:
                    self.assert_refused(answer, 400)

    # Pictures

    def refuse_picture(self, picture, *statuses):
        self.refuse(predict(("file", picture)), *statuses)

    def test_pictures_that_are_none(self):
        self.refuse_picture(b"", 422)
        for picture in (b"\x89PNG", b"GIF89a" + bytes(50), b"BM" + bytes(50), b"P5 1 1 255 x",
                        b"#?RADIANCE\n", b"8BPS" + bytes(50),
                        b"\x1f\x8b" + bytes(50), b"<svg onload=alert(1)>", bytes(4000000), b"hello"):
            self.refuse_picture(picture, 415)

    def test_broken_pictures(self):
        sound = drawing([(0.2, 0.2), (0.8, 0.2), (0.4, 0.9)])
        (answer,) = exchange(self.server.port, predict(("file", sound), ("charset", "digits")))
        self.assertEqual((answer.status, answer.json()["prediction"]), (200, "7"))
        for end in range(8, len(sound) - 12, 7):  # up to the chunk that ends it
            self.refuse_picture(sound[:end], 415, 422)
        for i in range(8, len(sound) - 12, 11):
            self.refuse_picture(sound[:i] + bytes([sound[i] ^ 0x40]) + sound[i + 1:], 413, 415, 422)
        grey = jpeg(16, 16)
        for end in range(3, len(grey) - 2, 7):
            self.refuse_picture(grey[:end], 415, 422)
        for picture in (png(8, 8, bytes(72), depth=3), png(8, 8, bytes(72), colour=5),
                        png(8, 8, bytes(72), interlace=2),
                        png(8, 8, b"\x09" + bytes(71)), png(8, 8, bytes(71)), png(8, 8, bytes(9), depth=1, colour=3),
                        png(8, 8, bytes(72), extra=chunk(b"PLTE", bytes(769))),
                        png(8, 8, bytes(72), extra=chunk(b"CgBI", bytes(4))),
                        jpeg(16, 16, scans=[]), jpeg(16, 16, scans=[b""])):
            self.refuse_picture(picture, 422)

    def test_sizes_that_cannot_be(self):
        for width, height in ((0, 0), (0, 8), (8, 0)):
            self.refuse_picture(png(width, height, b""), 422)
            self.refuse_picture(jpeg(width, height, scans=[]), 422)
        for width, height in ((60000, 60000), (60000, 1), (1, 60000), (0x7FFFFFFF, 0x7FFFFFFF), (0xFFFFFFFF, 1)):
            self.refuse_picture(png(width, height, bytes(1000)), 413, 422)
        for width, height in ((60000, 60000), (65535, 1), (1, 65535)):
            self.refuse_picture(jpeg(width, height, scans=[]), 413, 422)

    def test_bombs(self):
        zeros = bytes(64 << 20)
        self.refuse_picture(png(8, 8, zeros), 422)
        self.refuse_picture(png(4096, 4096, zeros + zeros + bytes(4096), depth=16, colour=6), 413)
        self.refuse_picture(png(4096, 4096, bytes(4097 * 4096)), 422)  # sound, and without ink
        self.refuse_picture(png(8, 8, zeros[:72], extra=chunk(b"iCCP", zeros[:1 << 20]) * 3 + chunk(b"PLTE", b"")), 422)
        end = chunk(b"IEND", b"")
        self.refuse_picture(png(8, 8, bytes(72)).replace(end, chunk(b"IDAT", b"") * 300000 + end), 413, 422)
        self.refuse_picture(jpeg_of_many_scans(4096), 413, 422)
        self.refuse_picture(jpeg(4096, 4096), 422)  # sound, and without ink
        self.refuse_picture(jpeg(8, 8, extra=b"\xff\xe1\xff\xff" * 60), 422)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
