"""Recompute a trial's digest from its exported history, with nothing but Python's standard library.

    python recompute_digest.py history.jsonl [EXPECTED]

The history is JSON Lines, one object for each generation from 0 on: {"generation": n, "genomes": [[...], ...], "fitness": [...]}.
Prints the digest; with EXPECTED, ends with status 1 when it is another one. "-" reads standard input.
"""

import hashlib
import json
import struct
import sys
from collections.abc import Iterable


def extend(previous: str, genomes: list[list[float]], fitness: list[float]) -> str:
    """The digest up to and including a generation, from the one before ("" for generation 0)."""
    genes = len(genomes[0]) if genomes else 0
    if any(len(genome) != genes for genome in genomes) or len(genomes) != len(fitness):
        raise SystemExit("A generation's genomes must be equally long, with one fitness each.")
    # Adding 0.0 turns a negative zero into zero: not every JSON writer keeps its sign.
    numbers = [float(number) + 0.0 for row in (*genomes, fitness) for number in row]
    content = struct.pack("<2Q", len(genomes), genes) + struct.pack(f"<{len(numbers)}d", *numbers)
    return hashlib.sha256(previous.encode("ascii") + content).hexdigest()


def recompute(lines: Iterable[str]) -> str:
    """The digest of a whole history."""
    digest = ""
    for expected, line in enumerate(line for line in lines if line.strip()):
        generation = json.loads(line)
        if generation["generation"] != expected:
            raise SystemExit(f"Generation {expected} is missing: found {generation['generation']} in its place.")
        digest = extend(digest, generation["genomes"], generation["fitness"])
    return digest


def main(path: str, expected: str | None = None) -> int:
    if path == "-":
        digest = recompute(sys.stdin)
    else:
        with open(path, encoding="utf-8") as lines:  # noqa: PTH123
            digest = recompute(lines)
    print(digest)
    return 0 if expected in (None, digest) else 1


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    raise SystemExit(main(*sys.argv[1:]))
