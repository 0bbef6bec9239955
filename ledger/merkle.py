"""Merkle trees of RFC 6962: one hash for many entries, with short proofs of what is in it.

A leaf's hash is SHA-256 over 0x00 and its data, a node's over 0x01 and its two children, so no
leaf can pass for a node. A proof is a list of hashes, from the leaves to the root.
"""

import hashlib
from collections.abc import Iterable, Sequence
from functools import reduce

EMPTY = hashlib.sha256().digest()


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def grown(peaks: Sequence[bytes], size: int, leaves: Iterable[bytes]) -> list[bytes]:
    """The peaks of a tree of `size` leaves after more leaf hashes.

    Peaks are the roots of its complete subtrees, the largest first, one for each bit of the
    size: all that a tree needs to grow.
    """
    stack = list(peaks)
    for before, leaf in enumerate(leaves, size):
        stack.append(leaf)
        ends = before
        while ends & 1:
            right, left = stack.pop(), stack.pop()
            stack.append(node_hash(left, right))
            ends >>= 1
    return stack


def bagged(peaks: Sequence[bytes]) -> bytes:
    """The root over peaks."""
    if not peaks:
        return EMPTY
    return reduce(lambda right, left: node_hash(left, right), reversed(peaks))


class Tree:
    """A tree in memory, for proofs; each complete subtree is hashed once."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        """Takes leaf hashes."""
        self.size = len(leaves)
        self._levels = [list(leaves)]
        while len(below := self._levels[-1]) > 1:
            pairs = zip(below[::2], below[1::2], strict=False)
            self._levels.append([node_hash(left, right) for left, right in pairs])

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves, by default all."""
        end = self.size if size is None else size
        return self._over(0, end) if end else EMPTY

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The proof that the leaf at `index` is among the first `size` (RFC 6962, 2.1.1)."""
        end = self.size if size is None else size
        if not 0 <= index < end <= self.size:
            raise ValueError(f"no leaf {index} among {end}")
        return self._path(index, 0, end)

    def consistency(self, old: int, size: int | None = None) -> list[bytes]:
        """The proof that the first `old` leaves are unchanged among `size` (RFC 6962, 2.1.2)."""
        end = self.size if size is None else size
        if not 0 < old <= end <= self.size:
            raise ValueError(f"no tree of {old} within {end}")
        return self._grown_from(old, 0, end, known=True)

    def _over(self, start: int, end: int) -> bytes:
        level = (end - start).bit_length() - 1
        if end - start == 1 << level:
            return self._levels[level][start >> level]
        split = _split(start, end)
        return node_hash(self._over(start, split), self._over(split, end))

    def _path(self, index: int, start: int, end: int) -> list[bytes]:
        if end - start == 1:
            return []
        split = _split(start, end)
        if index < split:
            return [*self._path(index, start, split), self._over(split, end)]
        return [*self._path(index, split, end), self._over(start, split)]

    def _grown_from(self, old: int, start: int, end: int, *, known: bool) -> list[bytes]:
        if old == end:
            return [] if known else [self._over(start, end)]
        split = _split(start, end)
        if old <= split:
            return [*self._grown_from(old, start, split, known=known), self._over(split, end)]
        return [*self._grown_from(old, split, end, known=False), self._over(start, split)]


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from a leaf hash at `index` of `size` to the root (RFC 9162 2.1.3.2).

    The index says on which side each hash stands, so a proof holds for one place alone.
    """
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for other in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(other, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, other)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def consistent(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a tree of `size` leaves begins with the one of `old` leaves (RFC 9162 2.1.4.2)."""
    if not 0 < old <= size:
        return False
    if old == size:
        return not proof and old_root == root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(other, before), node_hash(other, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, other)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old_root and after == root


def _split(start: int, end: int) -> int:
    """Where the left child ends: the largest power of two short of the whole."""
    return start + (1 << ((end - start - 1).bit_length() - 1))
