"""The law is plain Python: it asks nobody the time and nothing of a database."""

import ast
import sys
from pathlib import Path

import pytest

import law

MODULES = sorted(Path(law.__file__).parent.rglob("*.py"))


def imported(tree: ast.AST) -> set[str]:
    roots = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            roots |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            roots.add((node.module or "").partition(".")[0])
    return roots


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_the_law_imports_the_standard_library_and_itself(path: Path) -> None:
    assert imported(ast.parse(path.read_text())) <= {"law", *sys.stdlib_module_names}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_the_law_never_asks_the_time(path: Path) -> None:
    """Every instant is a fact of the question, so that yesterday's answer can be given again."""
    called = {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not called & {"now", "utcnow", "today", "time", "monotonic"}


def test_a_forbidden_import_would_be_found() -> None:
    assert imported(ast.parse("import django.db\nfrom redis import Redis")) == {"django", "redis"}
