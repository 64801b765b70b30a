"""scripts/get-emnist.sh against a local server: whole, cut, refused, wrong, and a second time."""

import hashlib
import http.server
import io
import os
import pathlib
import subprocess
import tempfile
import threading
import unittest
import zipfile

SCRIPT = pathlib.Path(__file__).parents[2] / "scripts" / "get-emnist.sh"

NAMES = [
    f"emnist-{split}-{name}"
    for split in ("byclass", "bymerge", "balanced", "letters", "digits", "mnist")
    for name in (
        "mapping.txt",
        *(f"{part}-{kind}-ubyte.gz" for part in ("train", "test") for kind in ("images-idx3", "labels-idx1")),
    )
]


def content(name):
    return name.encode() * 40


def archive(names=NAMES):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zip_file:
        zip_file.writestr("gzip/", b"")
        for name in names:
            zip_file.writestr(f"gzip/{name}", content(name))
    return out.getvalue()


class Server(http.server.ThreadingHTTPServer):
    """Serves `body` with Range requests; after `cut` bytes of an answer it hangs up, `cuts` times."""

    def __init__(self, body):
        super().__init__(("127.0.0.1", 0), Handler)
        self.body, self.status, self.ranges, self.cut, self.cuts = body, 200, True, 0, 0
        self.requests = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/gzip.zip"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        asked = self.headers.get("Range")
        server.requests.append(asked)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and server.ranges else 0
        body = server.body[start:]
        self.send_response(206 if start and server.status == 200 else server.status)
        self.send_header("Content-Length", str(len(body)))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(server.body) - 1}/{len(server.body)}")
        self.end_headers()
        if server.cuts > 0:
            server.cuts -= 1
            body = body[: server.cut]
            self.close_connection = True
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class GetEmnist(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name) / "a folder"
        self.zip = archive()
        self.server = Server(self.zip)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def run_script(self, **environment):
        settings = {
            "INKLING_EMNIST_URL": self.server.url,
            "INKLING_EMNIST_SIZE": str(len(self.zip)),
            "INKLING_EMNIST_SHA256": hashlib.sha256(self.zip).hexdigest(),
            "INKLING_EMNIST_PAUSE": "0",
            "no_proxy": "127.0.0.1",
        }
        return subprocess.run(
            [SCRIPT, self.dir],
            env={**os.environ, **settings, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def assert_complete(self, result):
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(sorted(path.name for path in self.dir.iterdir()), sorted(NAMES))
        for name in NAMES:
            self.assertEqual((self.dir / name).read_bytes(), content(name))

    def assert_fails(self, result, message):
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn(message, result.stderr)
        self.assertEqual([path.name for path in self.dir.iterdir() if not path.name.startswith(".")], [])

    def test_downloads_everything_and_then_nothing(self):
        self.assert_complete(self.run_script())
        self.assertEqual(self.server.requests, [None])
        again = self.run_script()
        self.assert_complete(again)
        self.assertIn("already", again.stdout)
        self.assertEqual(len(self.server.requests), 1)

    def test_a_cut_download_goes_on_where_it_stopped(self):
        self.server.cut, self.server.cuts = 1000, 2
        self.assert_complete(self.run_script())
        self.assertEqual(self.server.requests, [None, "bytes=1000-", "bytes=2000-"])

    def test_a_later_run_goes_on_where_the_last_one_stopped(self):
        self.dir.mkdir()
        (self.dir / ".emnist.zip.part").write_bytes(self.zip[:500])
        self.assert_complete(self.run_script())
        self.assertEqual(self.server.requests, ["bytes=500-"])

    def test_a_whole_archive_is_not_downloaded_again(self):
        self.dir.mkdir()
        (self.dir / ".emnist.zip.part").write_bytes(self.zip)
        self.assert_complete(self.run_script())
        self.assertEqual(self.server.requests, [])

    def test_a_server_that_cannot_resume_starts_again(self):
        self.dir.mkdir()
        (self.dir / ".emnist.zip.part").write_bytes(self.zip[:500])
        self.server.ranges = False
        self.assert_complete(self.run_script())
        self.assertEqual(self.server.requests, ["bytes=500-", None])

    def test_a_download_that_never_moves_gives_up_and_says_how_far_it_came(self):
        self.server.cut, self.server.cuts = 0, 100
        result = self.run_script()
        self.assert_fails(result, f"stopped at 0 of {len(self.zip)} bytes")
        self.assertEqual(len(self.server.requests), 5)

    def test_a_wrong_checksum_is_refused_and_the_next_run_starts_again(self):
        self.assert_fails(self.run_script(INKLING_EMNIST_SHA256="0" * 64), f"expected SHA-256 {'0' * 64}, got ")
        self.assert_complete(self.run_script())
        self.assertEqual(self.server.requests, [None, None])

    def test_a_wrong_size_is_refused(self):
        wanted = str(len(self.zip) - 1)
        self.assert_fails(
            self.run_script(INKLING_EMNIST_SIZE=wanted), f"expected {wanted} bytes, got {len(self.zip)}"
        )

    def test_a_missing_file_is_reported(self):
        self.server.status = 404
        self.assert_fails(self.run_script(), "404")
        self.assertEqual(len(self.server.requests), 1)

    def test_a_web_page_is_refused_and_forgotten(self):
        self.server.body = b"<!DOCTYPE html><title>We have moved</title>"
        self.assert_fails(self.run_script(), "expected a zip archive")
        self.server.body = self.zip
        self.assert_complete(self.run_script())

    def test_an_archive_without_a_file_is_refused(self):
        self.zip = self.server.body = archive(NAMES[1:])
        self.assert_fails(self.run_script(), "not every one of the 30 files")

    def test_a_full_disk_is_reported_before_the_download(self):
        self.assert_fails(self.run_script(INKLING_EMNIST_SIZE=str(10**17)), "MB are needed")
        self.assertEqual(self.server.requests, [])


if __name__ == "__main__":
    unittest.main()
