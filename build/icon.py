#!/usr/bin/env python3
"""Draws build/icon.png: two discs, alike but not the same, with what they share filled. Needs Python alone."""
import os
import struct
import zlib

SIDE = 128
SAMPLES = 4
INK, LEFT, RIGHT, SHARED = (255, 255, 255, 0), (38, 84, 124, 255), (239, 131, 84, 255), (255, 209, 102, 255)


def colour(x, y):
    left = (x - 0.38) ** 2 + (y - 0.5) ** 2 < 0.31 ** 2
    right = (x - 0.62) ** 2 + (y - 0.5) ** 2 < 0.31 ** 2
    return SHARED if left and right else LEFT if left else RIGHT if right else INK


def pixel(column, row):
    total = [0, 0, 0, 0]
    for i in range(SAMPLES):
        for j in range(SAMPLES):
            r, g, b, a = colour((column + (i + 0.5) / SAMPLES) / SIDE, (row + (j + 0.5) / SAMPLES) / SIDE)
            total = [total[0] + r * a, total[1] + g * a, total[2] + b * a, total[3] + a]
    alpha = total[3]
    return bytes([*(round(c / alpha) if alpha else 0 for c in total[:3]), round(alpha / SAMPLES**2)])


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


rows = b"".join(b"\0" + b"".join(pixel(column, row) for column in range(SIDE)) for row in range(SIDE))
png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 6, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "icon.png"), "wb") as file:
    file.write(png)
