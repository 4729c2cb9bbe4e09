"""Reading a video codec's header bit by bit, within bounds."""

from __future__ import annotations

# A header takes some dozens of bytes; scaling lists make it about a thousand.
MAX_HEADER = 4096
# The longest Exp-Golomb code that a 32-bit number needs.
MAX_ZEROS = 32


class OutOfData(Exception):
    """Report that a header ends too early, or holds a number that no encoder writes."""


class BitReader:
    """Reads numbers from the first bytes of `data`, the highest bit of each byte first."""

    def __init__(self, data: bytes) -> None:
        data = data[:MAX_HEADER]
        self._bits = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def number(self, bits: int) -> int:
        """Return an unsigned number. Raises OutOfData past the end."""
        if bits > self._left:
            raise OutOfData
        self._left -= bits
        return self._bits >> self._left & ((1 << bits) - 1)

    def flag(self) -> bool:
        """Return the next bit. Raises OutOfData past the end."""
        return self.number(1) == 1

    def exp_golomb(self) -> int:
        """Return an unsigned Exp-Golomb number: HEVC's `ue(v)` and AV1's `uvlc()`."""
        zeros = 0
        while not self.flag():
            zeros += 1
            if zeros > MAX_ZEROS:
                raise OutOfData
        return (1 << zeros) - 1 + self.number(zeros)

    def skip_exp_golomb(self, count: int) -> None:
        """Skip some Exp-Golomb numbers; signed ones are as long."""
        for _ in range(count):
            self.exp_golomb()
