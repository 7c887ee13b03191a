"""DES, one block: only because RFB's password security asks for it (RFC 6143 7.2.2).

FIPS 46-3 names the tables as they are named here; bits count from 1 at the left. It protects a
password of eight characters from nobody who listens on the line: where somebody could, a hall
takes VeNCrypt.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["encrypt", "vnc_response"]

_IP = (
    58, 50, 42, 34, 26, 18, 10, 2, 60, 52, 44, 36, 28, 20, 12, 4,
    62, 54, 46, 38, 30, 22, 14, 6, 64, 56, 48, 40, 32, 24, 16, 8,
    57, 49, 41, 33, 25, 17, 9, 1, 59, 51, 43, 35, 27, 19, 11, 3,
    61, 53, 45, 37, 29, 21, 13, 5, 63, 55, 47, 39, 31, 23, 15, 7,
)  # fmt: skip
_FP = tuple(_IP.index(bit) + 1 for bit in range(1, 65))
_E = (
    32, 1, 2, 3, 4, 5, 4, 5, 6, 7, 8, 9, 8, 9, 10, 11, 12, 13, 12, 13, 14, 15, 16, 17,
    16, 17, 18, 19, 20, 21, 20, 21, 22, 23, 24, 25, 24, 25, 26, 27, 28, 29, 28, 29, 30, 31, 32, 1,
)  # fmt: skip
_P = (
    16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10,
    2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
)  # fmt: skip
_PC1 = (
    57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3,
    60, 52, 44, 36, 63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37,
    29, 21, 13, 5, 28, 20, 12, 4,
)  # fmt: skip
_PC2 = (
    14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
    41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
)  # fmt: skip
_SHIFTS = (1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1)
#: S1 to S8: four rows of sixteen, one hexadecimal digit each.
_S = tuple(
    tuple(int(digit, 16) for digit in box.replace(" ", ""))
    for box in (
        "e4d12fb83a6c5907 0f74e2d1a6cb9538 41e8d62bfc973a50 fc8249175b3ea06d",
        "f18e6b34972dc05a 3d47f28ec01a69b5 0e7ba4d158c6932f d8a13f42b67c05e9",
        "a09e63f51dc7b428 d709346a285ecbf1 d6498f30b12c5ae7 1ad069874fe3b52c",
        "7de3069a1285bc4f d8b56f03472c1ae9 a690cb7df13e5284 3f06a1d8945bc72e",
        "2c417ab6853fd0e9 eb2c47d150fa3986 421bad78f9c5630e b8c71e2d6f09a453",
        "c1af92680d34e75b af427c9561de0b38 9ef528c3704a1db6 432c95fabe17608d",
        "4b2ef08d3c975a61 d0b7491ae35c2f86 14bdc37eaf680592 6bd814a7950fe23c",
        "d2846fb1a93e50c7 1fd8a374c56b0e92 7b419ce206adf358 21e74a8dfc90356b",
    )
)


def encrypt(key: bytes, block: bytes) -> bytes:
    """Return ``block`` (8 bytes) encrypted with ``key`` (8 bytes, the parity bits unused)."""
    bits = _chosen(_bits(block), _IP)
    left, right = bits[:32], bits[32:]
    for round_key in _round_keys(key):
        left, right = right, _xor(left, _f(right, round_key))
    return _bytes(_chosen(right + left, _FP))


def vnc_response(password: str, challenge: bytes) -> bytes:
    """Return the answer to a server's ``challenge`` of 16 bytes.

    The key is the password's first eight characters (Latin-1, padded with zeros), the bits of each
    byte reversed: the first VNC did it so, and all others since. ValueError for a password with
    other characters.
    """
    plain = password.encode("latin-1")[:8].ljust(8, b"\0")
    key = bytes(int(f"{byte:08b}"[::-1], 2) for byte in plain)
    return encrypt(key, challenge[:8]) + encrypt(key, challenge[8:16])


def _round_keys(key: bytes) -> Iterable[list[int]]:
    both = _chosen(_bits(key), _PC1)
    c, d = both[:28], both[28:]
    for shift in _SHIFTS:
        c, d = c[shift:] + c[:shift], d[shift:] + d[:shift]
        yield _chosen(c + d, _PC2)


def _f(right: list[int], round_key: list[int]) -> list[int]:
    mixed, out = _xor(_chosen(right, _E), round_key), list[int]()
    for number, box in enumerate(_S):
        b1, b2, b3, b4, b5, b6 = mixed[6 * number : 6 * number + 6]
        value = box[16 * (2 * b1 + b6) + 8 * b2 + 4 * b3 + 2 * b4 + b5]
        out += [value >> 3 & 1, value >> 2 & 1, value >> 1 & 1, value & 1]
    return _chosen(out, _P)


def _chosen(bits: Sequence[int], table: Iterable[int]) -> list[int]:
    return [bits[number - 1] for number in table]


def _xor(one: Iterable[int], other: Iterable[int]) -> list[int]:
    return [a ^ b for a, b in zip(one, other, strict=True)]


def _bits(data: bytes) -> list[int]:
    return [byte >> shift & 1 for byte in data for shift in range(7, -1, -1)]


def _bytes(bits: Sequence[int]) -> bytes:
    return int("".join(map(str, bits)), 2).to_bytes(len(bits) // 8, "big")
