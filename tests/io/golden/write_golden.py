#!/usr/bin/env python3
"""Writes golden.safetensors with the standard library alone, independently of the C++ writer.

    python3 write_golden.py              writes golden.safetensors beside this script
    python3 write_golden.py FILE         reads FILE instead, and prints what it holds, one line a tensor
"""

import json
import pathlib
import struct
import sys

FORMATS = {"BOOL": "?", "U8": "B", "I8": "b", "U16": "H", "I16": "h", "F16": "e", "U32": "I", "I32": "i",
           "F32": "f", "U64": "Q", "I64": "q", "F64": "d"}

TENSORS = [
    ("weight", "F32", [2, 3], [0.5, -1.25, 3.0, 1e-30, -0.0, 65536.0]),
    ("half", "F16", [4], [1.0, -2.5, 65504.0, 2.0**-24]),
    ("scalar", "F64", [], [3.141592653589793]),
    ("empty", "I32", [0, 7], []),
    ("bytes", "U8", [1, 2, 2], [0, 1, 128, 255]),
    ("signed bytes", "I8", [2], [-128, 127]),
    ("short", "U16", [1], [65535]),
    ("signed short", "I16", [2], [-32768, 258]),
    ("node", "I32", [3], [-1, 2147483647, -2147483648]),
    ("count", "U32", [1], [4294967295]),
    ("long", "I64", [2], [-1, 2**62]),
    ("unsigned long", "U64", [1], [2**64 - 1]),
    ("\u00fcber \"quoted\"", "BOOL", [2], [True, False]),
]


def write(path):
    header, data = {"__metadata__": {"made by": "write_golden.py", "caf\u00e9": "\u2615"}}, b""
    for name, dtype, shape, values in TENSORS:
        raw = struct.pack(f"<{len(values)}{FORMATS[dtype]}", *values)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, indent=1).encode() + b"   "
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def read(path):
    content = path.read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8:8 + length])
    print("metadata", json.dumps(header.pop("__metadata__", {}), sort_keys=True))
    for name, tensor in sorted(header.items()):
        begin, end = tensor["data_offsets"]
        code = FORMATS[tensor["dtype"]]
        count = (end - begin) // struct.calcsize("<" + code)
        values = struct.unpack_from(f"<{count}{code}", content, 8 + length + begin)
        print(name, tensor["dtype"], tensor["shape"], *values)


if len(sys.argv) > 1:
    read(pathlib.Path(sys.argv[1]))
else:
    write(pathlib.Path(__file__).with_name("golden.safetensors"))
