"""Merkle trees: the known vectors of Certificate Transparency, and what must hold of any tree."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.merkle import (
    EMPTY,
    Tree,
    bagged,
    consistent,
    grown,
    included,
    leaf_hash,
    node_hash,
)

# The reference test data of RFC 6962's authors (certificate-transparency, merkle_tree_test).
DATA = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
KNOWN = Tree([leaf_hash(bytes.fromhex(data)) for data in DATA])
INCLUSIONS = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}
CONSISTENCIES = {
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}

sizes = st.integers(1, 70)
trees = sizes.map(lambda size: Tree([leaf_hash(b"%d" % number) for number in range(size)]))


def test_the_roots_are_the_known_ones() -> None:
    assert [KNOWN.root(size).hex() for size in range(1, 9)] == ROOTS
    assert KNOWN.root(0) == EMPTY == sha256().digest()


@pytest.mark.parametrize(("place", "proof"), INCLUSIONS.items())
def test_inclusion_proofs_are_the_known_ones(place: tuple[int, int], proof: list[str]) -> None:
    assert [one.hex() for one in KNOWN.inclusion(*place)] == proof


@pytest.mark.parametrize(("sizes", "proof"), CONSISTENCIES.items())
def test_consistency_proofs_are_the_known_ones(sizes: tuple[int, int], proof: list[str]) -> None:
    assert [one.hex() for one in KNOWN.consistency(*sizes)] == proof


@given(trees, st.data())
def test_every_leaf_is_proved_where_it_is_and_nowhere_else(tree: Tree, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, tree.size))
    index, other = data.draw(st.tuples(*[st.integers(0, size - 1)] * 2))
    leaf, proof, root = leaf_hash(b"%d" % index), tree.inclusion(index, size), tree.root(size)
    assert included(leaf, index, size, proof, root)
    assert included(leaf, other, size, proof, root) == (other == index)
    assert not included(leaf_hash(b"no"), index, size, proof, root)
    assert not included(leaf, index, size, [*proof, root], root)
    for place in range(len(proof)):
        assert not included(leaf, index, size, proof[:place] + proof[place + 1 :], root)
        flipped = [*proof[:place], bytes([proof[place][0] ^ 1]) + proof[place][1:]]
        assert not included(leaf, index, size, [*flipped, *proof[place + 1 :]], root)


@given(trees, st.data())
def test_a_tree_that_only_grew_is_consistent_and_another_is_not(
    tree: Tree, data: st.DataObject
) -> None:
    size = data.draw(st.integers(1, tree.size))
    old = data.draw(st.integers(1, size))
    proof, roots = tree.consistency(old, size), (tree.root(old), tree.root(size))
    assert consistent(old, roots[0], size, roots[1], proof)
    assert not consistent(old, leaf_hash(b"other"), size, roots[1], proof)
    assert not consistent(old, roots[0], size, leaf_hash(b"other"), proof)
    assert not consistent(old, roots[0], size, roots[1], [*proof, roots[0]])
    assert not consistent(0, EMPTY, size, roots[1], [])
    for place in range(len(proof)):
        assert not consistent(old, roots[0], size, roots[1], proof[:place] + proof[place + 1 :])


@given(sizes, st.data())
def test_peaks_grow_to_the_root_of_the_whole(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(b"%d" % number) for number in range(size)]
    cut = data.draw(st.integers(0, size))
    early = grown([], 0, leaves[:cut])
    assert len(early) == cut.bit_count()
    assert bagged(grown(early, cut, leaves[cut:])) == Tree(leaves).root()


def test_a_node_is_no_leaf() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


def test_what_is_not_in_the_tree_has_no_proof() -> None:
    for wrong in ((8, 8), (-1, 8), (0, 9)):
        with pytest.raises(ValueError, match="no leaf"):
            KNOWN.inclusion(*wrong)
    for wrong in ((0, 8), (3, 2), (1, 9)):
        with pytest.raises(ValueError, match="no tree"):
            KNOWN.consistency(*wrong)
    assert not included(leaf_hash(b""), 8, 8, [], KNOWN.root())
