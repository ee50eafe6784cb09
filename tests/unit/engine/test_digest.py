from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.engine.digest import extend
from dean_provider.errors import InvalidConfigurationError

SCRIPT = Path(__file__).parents[3] / "dean_provider" / "recompute_digest.py"
NUMBER = st.floats(-1e300, 1e300)


@st.composite
def histories(draw):
    agents, genes, generations = draw(st.integers(1, 4)), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    genome = st.lists(NUMBER, min_size=genes, max_size=genes)
    return [
        {
            "generation": number,
            "genomes": draw(st.lists(genome, min_size=agents, max_size=agents)),
            "fitness": draw(st.lists(NUMBER, min_size=agents, max_size=agents)),
        }
        for number in range(generations)
    ]


def digest_of(history):
    digest = ""
    for generation in history:
        digest = extend(digest, generation["genomes"], generation["fitness"])
    return digest


def script():
    spec = importlib.util.spec_from_file_location("recompute_digest", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@given(histories())
def test_the_script_recomputes_it_from_an_export(history):
    assert script().recompute([json.dumps(generation) for generation in history]) == digest_of(history)


@given(histories(), st.data())
def test_one_changed_number_anywhere_changes_it(history, data):
    changed = json.loads(json.dumps(history))
    generation = data.draw(st.sampled_from(changed))
    row = data.draw(st.sampled_from([*generation["genomes"], generation["fitness"]]))
    place = data.draw(st.integers(0, len(row) - 1))
    before = row[place]
    row[place] = float(np.nextafter(before, data.draw(st.sampled_from([-np.inf, np.inf]))))
    assert digest_of(changed) != digest_of(history)


@given(histories())
def test_generations_agents_and_genes_cannot_be_moved_about(history):
    digest = digest_of(history)
    assert digest_of(history[:-1]) != digest
    genomes, fitness = history[-1]["genomes"], history[-1]["fitness"]
    if len(genomes) > 1:
        flat = [[number for genome in genomes for number in genome]]
        with pytest.raises(InvalidConfigurationError):
            extend("", flat, fitness)


def test_how_numbers_are_held_does_not_matter():
    genomes, fitness = [[0.5, -0.0], [1.0, 2.0]], [3.0, 4.0]
    expected = extend("", genomes, fitness)
    assert extend("", np.asfortranarray(np.array(genomes)), np.array([9.0, 3.0, 9.0, 4.0])[1::2]) == expected
    assert extend("", [[0.5, 0], [1, 2]], [3, 4]) == expected
    assert expected == "b8bd4ff4155be57e09904f1b45376dbdaa8a32c066ff4ffdd617091c3a80a784"


@pytest.mark.parametrize(
    ("genomes", "fitness"), [([[1.0]], [1.0, 2.0]), ([1.0], [1.0]), ([[float("nan")]], [1.0]), ([[1.0]], [float("inf")])]
)
def test_what_is_no_generation_is_refused(genomes, fitness):
    with pytest.raises(InvalidConfigurationError):
        extend("", genomes, fitness)


def test_the_script_as_a_command_without_anything_else(tmp_path):
    history = [{"generation": 0, "genomes": [[1.0, 2.0]], "fitness": [0.5]}, {"generation": 1, "genomes": [[1.5, 2.0]], "fitness": [0.75]}]
    export = tmp_path / "history.jsonl"
    export.write_text("".join(json.dumps(generation) + "\n" for generation in history))

    def run(*arguments):
        return subprocess.run([sys.executable, "-I", SCRIPT, *arguments], capture_output=True, text=True, check=False)

    assert run(export, digest_of(history)).stdout.strip() == digest_of(history)
    assert run(export, digest_of(history)).returncode == 0
    assert run(export, "0" * 64).returncode == 1
    assert "It should be 0000" in run(export, "0" * 64).stderr
    export.write_text(json.dumps(history[1]))
    assert "Generation 0 is missing" in run(export).stderr
    export.write_text('{"detail": "unauthorized"}')
    assert run(export).stderr == "Line 1 is no generation with genomes and fitness in JSON.\n"
    assert run(tmp_path / "none").stderr.endswith("cannot be read: No such file or directory.\n")
