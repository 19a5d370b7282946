"""Schuilnamen: in the first round a candidate is called after a tree (R4)."""

import hashlib
from collections.abc import Collection

TREES = (
    "Abeel", "Acacia", "Amandel", "Appel", "Berk", "Beuk", "Catalpa", "Ceder", "Cipres", "Den", "Douglas", "Duindoorn",
    "Eik", "Els", "Esdoorn", "Es", "Ginkgo", "Goudiep", "Grove Den", "Haagbeuk", "Hazelaar", "Hemelboom", "Hulst", "Iep",
    "Jeneverbes", "Judasboom", "Kardinaalsmuts", "Kastanje", "Kers", "Kornoelje", "Krent", "Kweepeer", "Lariks", "Laurier",
    "Lijsterbes", "Linde", "Magnolia", "Meidoorn", "Mispel", "Moerbei", "Noot", "Olijf", "Paardenkastanje", "Peer", "Peppel",
    "Plataan", "Populier", "Pruim", "Ratelpopulier", "Ruwe Berk", "Sering", "Sierkers", "Sleedoorn", "Spar", "Steeneik",
    "Taxus", "Thuja", "Tulpenboom", "Valse Acacia", "Veldesdoorn", "Vijg", "Vlier", "Vogelkers", "Vuilboom", "Walnoot",
    "Wilg", "Wingerd", "Winterlinde", "Zilverlinde", "Zilverspar", "Zoete Kers", "Zomereik",
)  # fmt: skip


def pick_alias(seed: str, taken: Collection[str]) -> str:
    """Return a tree that nobody at this vacancy has yet, chosen by a hash of `seed` so that it tells no order.

    When all trees are taken, they get a number: 'Linde 2'.
    """
    start = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) % len(TREES)
    ring = TREES[start:] + TREES[:start]
    number = 1
    while True:
        for tree in ring:
            alias = tree if number == 1 else f"{tree} {number}"
            if alias not in taken:
                return alias
        number += 1
