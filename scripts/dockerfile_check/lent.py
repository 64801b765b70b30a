"""How this machine reaches the network, lent to a step for as long as it runs.

An engine lends the names of hosts, and hands on the proxy that its user names. Behind a company's proxy there is more to
it: certificates of its own, and settings of apt and npm. A builder there adds them to the image; this check lends them.
"""

import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
FOLDER = Path("/run/lent")
HANDED_ON = ("http_proxy", "https_proxy", "no_proxy", "npm_config_")  # how the names of variables begin


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def lent_files():
    """What a step finds, by its path: the bytes of this machine's own."""
    files = {Path(path): Path(path).read_bytes() for path in ("/etc/resolv.conf", "/etc/hosts")}
    apt = output_of("apt-config", "dump", "--format", '%F "%v";%n', "Acquire::http", "Acquire::https")
    if CERTIFICATES.exists():
        files[FOLDER / "certificates"] = CERTIFICATES.read_bytes()
        apt += f'Acquire::https::CaInfo "{FOLDER}/certificates";\n'
    files[FOLDER / "apt.conf"] = apt.encode()
    for kind in ("user", "global") if shutil.which("npm") else ():
        path = Path(output_of("npm", "config", "get", f"{kind}config").strip())
        files[FOLDER / f"npmrc-{kind}"] = path.read_bytes() if path.exists() else b""
    return files


def lent_environment(files):
    """The variables that make a step use them."""
    environment = {name: value for name, value in os.environ.items() if name.lower().startswith(HANDED_ON)}
    names = {"apt.conf": "APT_CONFIG", "certificates": "npm_config_cafile", "npmrc-user": "npm_config_userconfig",
             "npmrc-global": "npm_config_globalconfig"}
    return environment | {names[path.name]: str(path) for path in files if path.parent == FOLDER}


@contextmanager
def lend(root):
    """Puts the files into a root folder, gives the variables, and leaves the folder as it was."""
    files = lent_files()
    places = {root / path.relative_to("/"): content for path, content in files.items()}
    before = {place: place.read_bytes() if place.exists() else None for place in places}
    (root / FOLDER.relative_to("/")).mkdir(parents=True)
    try:
        for place, content in places.items():
            place.write_bytes(content)
        yield lent_environment(files)
    finally:
        for place, content in before.items():
            if content is None:
                place.unlink(missing_ok=True)
            else:
                place.write_bytes(content)
        (root / FOLDER.relative_to("/")).rmdir()
