"""PNG and JPEG files, sound and hostile, made without any library of images."""

import struct
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, rows, depth=8, colour=0, interlace=0, extra=b""):
    """rows: each begins with the number of its filter. extra: chunks before the image data."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(rows, 1)) +
            chunk(b"IEND", b""))


def drawing(*strokes, side=28, pen=1.5):
    """Dark strokes on white paper as a PNG. A stroke is a list of points in the unit square."""
    def distance(x, y, a, b):
        dx, dy = b[0] - a[0], b[1] - a[1]
        along = ((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy)
        along = min(max(along, 0), 1)
        return ((x - a[0] - along * dx) ** 2 + (y - a[1] - along * dy) ** 2) ** 0.5

    lines = [line for stroke in strokes for line in zip(stroke, stroke[1:])]
    rows = bytearray()
    for y in range(side):
        rows.append(0)
        for x in range(side):
            nearest = side * min(distance((x + 0.5) / side, (y + 0.5) / side, a, b) for a, b in lines)
            rows.append(round(255 * min(max(nearest - pen + 0.5, 0), 1)))
    return png(side, side, bytes(rows))


# The parts of a grey JPEG (ITU-T T.81, annex B). Each Huffman table has one code, of one bit.
def segment(marker, data):
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def huffman_table(kind, symbol):
    """kind: 0x00 for DC, 0x10 for AC."""
    return segment(0xC4, bytes([kind, 1] + [0] * 15 + [symbol]))


def scan(bits, first=0, last=63, high=0, low=0):
    """bits: a text of 0 and 1. first to last: coefficients; high and low: their bits in a progressive JPEG."""
    bits += "1" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
    return segment(0xDA, bytes([1, 1, 0, first, last, high << 4 | low])) + data


def jpeg(width=8, height=8, scans=None, progressive=False, extra=b"", end=b"\xff\xd9"):
    """Without scans: even grey. An AC code says that a block is over."""
    blocks = ((width + 7) // 8) * ((height + 7) // 8)
    frame = segment(0xC2 if progressive else 0xC0, struct.pack(">BHHBBBB", 8, height, width, 1, 1, 0x11, 0))
    body = [scan("00" * blocks)] if scans is None else scans
    return b"".join([b"\xff\xd8", extra, segment(0xDB, b"\0" + b"\1" * 64), frame, huffman_table(0x00, 0),
                     huffman_table(0x10, 0), *body, end])


def jpeg_of_many_scans(side):
    """A sound progressive JPEG that refines every coefficient of an empty picture bit by bit: a few bytes make the
    decoder visit all blocks, 882 times."""
    blocks = (side // 8) ** 2
    longest_run = 32767
    empty = ("0" + "1" * 14) * -(-blocks // longest_run)  # runs of empty blocks, 14 bits each
    refinements = [scan(empty, k, k, low + 1 if low < 13 else 0, low)
                   for k in range(1, 64) for low in range(13, -1, -1)]
    return jpeg(side, side, [scan("0" * blocks, 0, 0), huffman_table(0x10, 0xE0), *refinements], progressive=True)
