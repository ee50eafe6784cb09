"""Recompute a trial's digest from its exported history, with nothing but Python's standard library.

    python -m dean_provider.recompute_digest history.jsonl [EXPECTED]

or, since it needs nothing else and shares no code with the engine, ``python recompute_digest.py`` with this file alone, anywhere.

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
        try:
            generation = json.loads(line)
            number, genomes, fitness = generation["generation"], generation["genomes"], generation["fitness"]
        except (ValueError, KeyError, TypeError):
            raise SystemExit(f"Line {expected + 1} is no generation with genomes and fitness in JSON.") from None
        if number != expected:
            raise SystemExit(f"Generation {expected} is missing: found {number} in its place.")
        digest = extend(digest, genomes, fitness)
    return digest


def main(path: str, expected: str | None = None) -> int:
    if path == "-":
        digest = recompute(sys.stdin)
    else:
        try:
            with open(path, encoding="utf-8") as lines:  # noqa: PTH123
                digest = recompute(lines)
        except OSError as error:
            raise SystemExit(f"{path} cannot be read: {error.strerror}.") from None
    print(digest)  # noqa: T201 - what it is for
    if expected in (None, digest):
        return 0
    print(f"It should be {expected}.", file=sys.stderr)  # noqa: T201
    return 1


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    raise SystemExit(main(*sys.argv[1:]))
