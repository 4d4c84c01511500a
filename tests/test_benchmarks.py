"""The benchmarks still run: on a small world, once, and nothing is timed here."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.processes
def test_the_benchmarks_measure_a_small_world_and_their_variants_agree() -> None:
    parts = "listing,searching,publishing,linting"
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--scale", "XS", "--rounds", "1", "--only", parts],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert "Newest 50, typical reader" in run.stdout
