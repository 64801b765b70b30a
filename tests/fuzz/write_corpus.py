#!/usr/bin/env python3
"""Writes the seeds of corpus/: small inputs of each kind, sound and broken. What fuzzing found lies beside them.

    python3 write_corpus.py
"""

import gzip
import json
import math
import pathlib
import struct
import sys
import zlib

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from pictures import chunk, jpeg, jpeg_of_many_scans, png, segment

def exif(orientation):
    tiff = b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    return segment(0xE1, b"Exif\0\0" + tiff)


def decode():
    grey = b"".join(b"\0" + bytes([0 if x == 4 else 255 for x in range(8)]) for _ in range(8))
    palette = chunk(b"PLTE", bytes(6)) + chunk(b"tRNS", b"\0\xff")
    whole = png(8, 8, grey)
    return {
        "grey.png": whole,
        "cut.png": whole[:-20],
        "bad_crc.png": whole.replace(b"IHDR", b"IHDS"),
        "palette.png": png(8, 2, b"\0\xaa\0\x55", depth=1, colour=3, extra=palette),
        "rgba16.png": png(2, 1, b"\1" + bytes(range(16)), depth=16, colour=6),
        "interlaced.png": png(1, 1, b"\0\x7f", interlace=1),
        "no_side.png": png(0, 8, b""),
        "bomb.png": png(60000, 60000, bytes(1000)),
        "too_much.png": png(8, 8, bytes(20000)),
        "too_little.png": png(8, 8, b"\0"),
        "grey.jpg": jpeg(),
        "turned.jpg": jpeg(16, 8, extra=exif(6)),
        "cut.jpg": jpeg(end=b""),
        "no_scan.jpg": jpeg(scans=[]),
        "bomb.jpg": jpeg(60000, 60000, scans=[b""]),
        "many_scans.jpg": jpeg_of_many_scans(16),
        "other.gif": b"GIF89a",
    }


def png_rows():
    def rows(bits, width, height):
        return b"".join(bytes([y % 5]) + bytes((37 * x + 11 * y) % 256 for x in range((bits * width + 7) // 8))
                        for y in range(height))

    seeds = {}
    kinds = ((0, 1, (1, 2, 4, 8, 16)), (2, 3, (8, 16)), (3, 1, (1, 8)), (4, 2, (8,)), (6, 4, (16,)))
    for colour, channels, depths in kinds:
        for depth in depths:
            palette = bytes(range(12)) if colour == 3 else b""
            transparency = {0: b"\0\1", 2: bytes(6), 3: b"\0\x80"}.get(colour, b"")
            for interlace in (0, 1):
                head = bytes([9, 6, depth, colour, interlace, len(palette), len(transparency)])
                seeds[f"colour{colour}_{depth}bit" + "_interlaced" * interlace] = (
                    head + palette + transparency + rows(channels * depth, 9, 7))
    return seeds


def normalise():
    stroke = bytes(0 if x in (12, 13) and 4 < y < 20 else 255 for y in range(24) for x in range(24))
    return {
        "stroke": bytes([24, 24, 0]) + stroke,
        "light_stroke": bytes([24, 24, 0]) + bytes(255 - value for value in stroke),
        "faint": bytes([24, 24, 1]) + bytes(200 if value else 170 for value in stroke),
        "large": bytes([70, 66, 255, 255, 255, 0, 255, 250]),
        "dot": bytes([9, 9, 0] + [255] * 40 + [0] + [255] * 40),
        "line": bytes([1, 71, 0, 255, 0, 0, 0, 255]),
        "pixel": bytes([1, 1, 0, 0]),
        "blank": bytes([20, 20, 0, 255]),
        "no_side": bytes([0, 20, 0]),
        "noise": bytes([30, 20, 0]) + bytes(i * i * 7919 % 251 for i in range(600)),
    }


def idx():
    images = struct.pack(">4BIII", 0, 0, 8, 3, 2, 2, 3) + bytes(range(12))
    labels = struct.pack(">4BI", 0, 0, 8, 1, 3) + b"\0\1\2"
    packed = lambda data: gzip.compress(data, mtime=0)
    return {
        "images": images,
        "labels": labels,
        "images.gz": packed(images),
        "labels_in_two_members.gz": packed(labels[:7]) + packed(labels[7:]),
        "cut.gz": packed(images)[:-3],
        "followed.gz": packed(labels) + b"x",
        "none": struct.pack(">4BIII", 0, 0, 8, 3, 0, 28, 28),
        "huge": struct.pack(">4BIII", 0, 0, 8, 3, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF),
        "huge.gz": packed(struct.pack(">4BIII", 0, 0, 8, 3, 50000, 28, 28) + bytes(500)),
        "floats": struct.pack(">4BIf", 0, 0, 13, 1, 1, 1.0),
    }


SIZES = {"U8": 1, "F16": 2, "F32": 4, "U32": 4}


def safetensors_file(metadata, tensors):
    """tensors: (name, dtype, shape, bytes)"""
    header, data = {"__metadata__": metadata} if metadata else {}, b""
    for name, dtype, shape, raw in sorted(tensors, key=lambda tensor: -SIZES[tensor[1]]):
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def floats(*values):
    return struct.pack(f"<{len(values)}f", *values)


def safetensors():
    two = [("a", "F32", [2], floats(1, 2)), ("b", "U8", [1, 3], b"abc")]
    header = lambda text, data=b"": struct.pack("<Q", len(text)) + text + data
    entry = lambda name, shape, begin, end: b'"%s":{"dtype":"U8","shape":[%s],"data_offsets":[%d,%d]}' % (
        name, shape, begin, end)
    return {
        "two": safetensors_file({"made by": "write_corpus.py"}, two),
        "empty": header(b"{}"),
        "scalar": safetensors_file({}, [("s", "F32", [], floats(3))]),
        "cut": safetensors_file({}, two)[:-1],
        "followed": safetensors_file({}, two) + b"x",
        "long_header": struct.pack("<Q", 2**63) + b"{}",
        "overlap": header(b"{" + entry(b"a", b"2", 0, 2) + b"," + entry(b"b", b"2", 1, 3) + b"}", b"abc"),
        "negative": header(b"{" + entry(b"a", b"-1", 0, 1) + b"}", b"a"),
        "large_shape": header(b"{" + entry(b"a", b"4294967296,4294967296", 0, 0) + b"}"),
        "twice": header(b"{" + entry(b"a", b"0", 0, 0) + b"," + entry(b"a", b"0", 0, 0) + b"}"),
        "deep": header(b"[" * 500),
    }


def model(kind, shape, architecture, scores, tensors):
    """A model of two classes; its self-test is one black image, for which it must give `scores`."""
    metadata = {"format": "inkling", "format_version": "1", "written_by": "write_corpus.py", "kind": kind,
                "input_shape": json.dumps(shape), "class_names": '["a","b"]', "temperature": "1",
                "architecture": json.dumps(architecture), "trained_on": ""}
    self_test = [("self_test.input", "U8", [1, *shape], bytes(shape[0] * shape[1] * shape[2])),
                 ("self_test.scores", "F32", [1, 2], floats(*scores))]
    return safetensors_file(metadata, self_test + tensors)


def layer(kind, **options):
    return {"kind": kind, "options": options}


def weight(name, *dims):
    count = 1
    for dim in dims:
        count *= dim
    return name, "F32", list(dims), floats(*[0.5] * count)


def bias(name, *values):
    return name, "F32", [len(values)], floats(*values)


def norm(name, channels):
    return [bias(f"{name}.{part}", *[value] * channels)
            for part, value in (("scale", 1), ("shift", 0), ("running_mean", 0), ("running_variance", 1))]


def load_onnx():
    def varint(value):
        value &= (1 << 64) - 1
        out = b""
        while value >= 0x80:
            out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
        return out + bytes([value])

    number = lambda field, value: varint(field << 3) + varint(value)
    text = lambda field, value: varint(field << 3 | 2) + varint(len(value)) + value
    real = lambda field, value: varint(field << 3 | 5) + struct.pack("<f", value)
    name = lambda value: value.encode()

    def tensor(label, dims, value, raw=True):
        count = math.prod(dims)
        numbers = struct.pack(f"<{count}f", *[value] * count)
        return text(5, b"".join(number(1, dim) for dim in dims) + number(2, 1) + text(8, name(label)) +
                    text(9 if raw else 4, numbers))

    def node(op, inputs, output, *attributes):
        return text(1, b"".join(text(1, name(value)) for value in inputs) + text(2, name(output)) + text(3, name(op)) +
                    text(4, name(op)) + b"".join(text(5, attribute) for attribute in attributes))

    def value(label, *dims):
        shape = b"".join(text(1, number(1, dim) if dim else text(2, b"n")) for dim in dims)
        return text(1, name(label)) + text(2, text(1, number(1, 1) + text(2, shape)))

    sides = lambda key, *values: text(1, name(key)) + number(20, 7) + b"".join(number(8, side) for side in values)
    whole = lambda key, side: text(1, name(key)) + number(20, 2) + number(3, side)
    file = lambda graph, *more: number(1, 8) + text(7, graph) + b"".join(more)
    image = text(11, value("x", 0, 1, 4, 4))
    gemm = node("Gemm", ["f", "w", "b"], "y", whole("transB", 1)) + tensor("w", [2, 16], 0.5) + tensor("b", [2], 1, raw=False)
    flat = node("Flatten", ["x"], "f", whole("axis", 1))
    conv = node("Conv", ["x", "k"], "c", sides("kernel_shape", 3, 3), sides("pads", 1, 1, 1, 1), sides("strides", 1, 1))
    end = node("Softmax", ["y"], "z", whole("axis", 1)) + text(12, value("z", 0, 2))
    names = text(14, text(1, b"class_names") + text(2, b'["a","b"]'))
    dense = file(flat + gemm + end + image, names)
    deep = file(conv + tensor("k", [1, 1, 3, 3], 1) +
                node("BatchNormalization", ["c", "s", "s", "s", "s"], "n", text(1, b"epsilon") + number(20, 1) + real(2, 1e-5)) +
                tensor("s", [1], 1) + node("Relu", ["n"], "r") +
                node("MaxPool", ["r"], "m", sides("kernel_shape", 2, 2), sides("strides", 2, 2)) +
                node("Transpose", ["m"], "t", sides("perm", 0, 2, 3, 1)) + node("Flatten", ["t"], "f") +
                node("MatMul", ["f", "v"], "p") + tensor("v", [4, 2], 1) + node("Add", ["b", "p"], "y") + tensor("b", [2], 1) +
                end + image)
    scaled = file(node("Mul", ["x", "u"], "i") + tensor("u", [], 1 / 128) + node("GlobalAveragePool", ["i"], "f") +
                  node("Gemm", ["f", "w"], "y") + tensor("w", [1, 2], 1) + end + image)
    return {
        "dense": dense,
        "deep": deep,
        "scaled": scaled,
        "cut": deep[:-40],
        "huge": file(flat + gemm + end + text(11, value("x", 0, 1 << 20, 1 << 20, 1 << 20)), names),
        "huge_tensor": file(flat + gemm + end + image + text(5, number(1, 1 << 40) + number(2, 1) + text(8, b"w"))),
        "negative": file(flat + gemm + end + text(11, value("x", 0, -1, 4, 4))),
        "branches": file(node("Relu", ["x"], "r") + node("Add", ["r", "x"], "y") + end + image),
        "no_graph": number(1, 8) + names,
        "many_bytes": b"\x80" * 12,
    }


def model_file():
    """On a black image no weight counts: the scores are the last biases, of networks as probabilities."""
    scores = [1 / (1 + math.e), math.e / (1 + math.e)]  # softmax of 1 and 2
    conv = lambda filters: layer("conv2d", filters=filters, kernel=3, padding="same", stride=1, bias=False,
                                 initialisation="he")
    dense = lambda units: layer("dense", units=units, initialisation="glorot")
    hog = [layer("hog", cells=[2], bins=5, block=1, deskew=False, norm="l2_hys", signed=True)]
    packed = lambda *values: zlib.compress(bytes(values))
    tree = [("tree.nodes", "U32", [1], struct.pack("<I", 3))] + [
        (name, "U8", [len(raw)], raw) for name, raw in (
            ("node.is_split", packed(1)), ("split.feature", packed(0, 0)), ("split.threshold", packed(9)),
            ("leaf.classes", packed(1, 1, 0, 0)), ("leaf.class", packed(0, 1, 0, 0)), ("leaf.count", packed()))]
    svm = [weight("weight", 2, 4), bias("bias", 1, 2)]
    return {
        "dense": model("network", [2, 2, 1], [layer("flatten"), dense(2)], scores,
                       [weight("1.weight", 4, 2), bias("1.bias", 1, 2)]),
        "convolution": model("network", [4, 4, 1],
                             [conv(2), layer("batch_norm", epsilon=1e-5), layer("relu"), layer("global_average_pool"),
                              dense(2)],
                             scores, [weight("0.weight", 3, 3, 1, 2), *norm("1", 2), weight("4.weight", 2, 2),
                                      bias("4.bias", 1, 2)]),
        "pooled": model("network", [4, 4, 1],
                        [layer("max_pool2d", window=4, stride=4), layer("flatten"), layer("dropout", rate=0.5),
                         layer("sigmoid"), dense(2)],
                        scores, [weight("4.weight", 1, 2), bias("4.bias", 1.25, 2.25)]),
        "residual": model("network", [2, 2, 1], [layer("residual", layers=[conv(1)]), layer("flatten"), dense(2)],
                          scores, [weight("0.0.weight", 3, 3, 1, 1), weight("2.weight", 4, 2), bias("2.bias", 1, 2)]),
        "svm": model("svm", [2, 2, 1], [], [1, 2], svm),
        "svm_hog": model("svm", [8, 8, 1], hog, [1, 2], [weight("weight", 2, 80), bias("bias", 1, 2)]),
        "forest": model("forest", [1, 2, 1], [], [1, 0], tree),
        "wrong_scores": model("svm", [2, 2, 1], [], [2, 1], svm),
        "huge_layer": model("network", [2, 2, 1], [layer("flatten"), dense(2**40)], [1, 2], [weight("1.weight", 4, 2)]),
        "no_input": model("svm", [2, 2, 0], [], [1, 2], []),
    }


def multipart():
    kind = b"multipart/form-data; boundary=b\n"
    part = lambda name, data: b'--b\r\nContent-Disposition: form-data; name="' + name + b'"\r\n\r\n' + data + b"\r\n"
    return {
        "two_fields": kind + part(b"file", b"\x89PNG") + part(b"model", b"cnn") + b"--b--\r\n",
        "file": kind + b'--b\r\nContent-Disposition: form-data; name="file"; filename="a;\\"b.png"\r\n'
                       b"Content-Type: image/png\r\n\r\nx\r\n--b--",
        "empty_part": kind + b"--b\r\n\r\n--b--",
        "no_end": kind + part(b"file", b"x"),
        "preamble": b'Multipart/Form-Data; charset=x; boundary="b c"\nhello\r\n--b c \r\nA: b\r\n\r\nx\r\n--b c--bye',
        "many_parts": kind + part(b"a", b"") * 17 + b"--b--",
        "many_headers": kind + b"--b\r\n" + b"A: b\r\n" * 700 + b"\r\nx\r\n--b--",
        "other_type": b"application/json\n{}",
        "open_quote": b'multipart/form-data; boundary="b\n--b\r\nContent-Disposition: form-data; name="\\\r\n\r\n\r\n--b--',
    }


def request_reader():
    head = lambda *lines: b"\r\n".join([b"POST /predict HTTP/1.1", b"Host: a", *lines, b"", b""])
    get = b"GET /?q=1 HTTP/1.1\r\nHost: a\r\n\r\n"
    chunked = head(b"Transfer-Encoding: chunked")
    return {
        "get": get,
        "pipelined": get + head(b"Content-Length: 3") + b"abc" + get,
        "length": head(b"Content-Type: text/plain", b"Content-Length: 3") + b"abc",
        "chunks": chunked + b"3;x=y\r\nabc\r\n0\r\nTrailer: x\r\n\r\n" + get,
        "continue": head(b"Expect: 100-continue", b"Content-Length: 1") + b"a",
        "http_1_0": b"GET / HTTP/1.0\r\n\r\n" + get,
        "close": b"GET / HTTP/1.1\r\nConnection: keep-alive, close\r\n\r\n" + get,
        "absolute": b"GET http://a/%7Eb HTTP/1.1\r\n\r\n",
        "two_framings": head(b"Content-Length: 3", b"Transfer-Encoding: chunked") + b"0\r\n\r\n",
        "two_lengths": head(b"Content-Length: 3", b"Content-Length: 4") + b"abcd",
        "negative_chunk": chunked + b"-1\r\n",
        "huge_chunk": chunked + b"ffffffffffffffff\r\n",
        "long_chunk_line": chunked + b"1;" + b"x" * 300,
        "large": head(b"Content-Length: 99999999999999999999"),
        "bare_line_feed": b"GET / HTTP/1.1\nHost: a\n\n",
        "folded": head(b"A: b", b" c"),
        "space_before_colon": head(b"A : b"),
        "many_lines": head(*[b"A: b"] * 9),
        "long_line": b"GET /" + b"a" * 600,
        "escape": b"GET /%00 HTTP/1.1\r\n\r\n",
        "compressed": head(b"Content-Encoding: gzip", b"Content-Length: 1") + b"a",
    }


for target in (decode, png_rows, normalise, idx, safetensors, model_file, load_onnx, multipart, request_reader):
    folder = HERE / "corpus" / target.__name__
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in target().items():
        (folder / name).write_bytes(content)
