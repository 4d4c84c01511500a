"""Faults planted in the law, one by one; the tests must see each: `python -m tests.law.mutate`.

Each mutant changes one node of one module's syntax tree: a comparison turned, `and` and `or`
exchanged, a condition negated, `True` and `False` exchanged, a number raised, an outcome, a code or
another word exchanged for its neighbour, an element taken out of a set or tuple, a statement that
yields or appends taken out, a rule's name or another word changed. A process of its own loads the
mutant and asks first the answers on record (`catalogue.txt`), then the worked cases and a sample of
the matrix, then, if those saw nothing, the law's tests but for those by chance
(`test_properties.py`).

`python -m tests.law.mutate 1/7 wbni gates` takes each seventh mutant of those modules; survivors are
printed with their line.
"""

import ast
import copy
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
MODULES = (
    "wbni",
    "cbw",
    "gates",
    "answers",
    "deciding",
    "regimes",
    "onward",
    "woo",
    "validity",
    "predicates",
)
SUSPECTS = (
    "tests/law/test_regimes.py",
    "tests/law/test_bad_questions.py",
    "tests/law/test_cases.py",
    "tests/law/test_overseas.py",
    "tests/law/test_articles.py",
    "tests/law/test_catalogue.py",
    "tests/law/test_doors.py",
    "tests/law/test_handling.py",
    "tests/law/test_suspended.py",
    "tests/law/test_many.py",
    "tests/law/test_predicates.py",
    "tests/law/test_validity.py",
    "tests/law/test_matrix.py",
)
PROCESSES = 2
SECONDS = 240
TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}
# Words whose members are exchanged for the next of them.
WORDS = {
    "Outcome": ("ALLOW", "DENY", "MANUAL", "MUST"),
    "Capacity": ("VITAL", "OKTT", "CSIRT", "SUPERVISOR", "ESSENTIAL", "PUBLIC"),
    "Scope": ("PRIMARY", "OTHER", "GENERIC"),
    "Purpose": ("INFORM", "PUBLIC_STATEMENT", "CONTACT_POINT_DUTY"),
    "Territory": ("NETHERLANDS", "THIRD_COUNTRY", "CARIBBEAN"),
    "Tlp": ("CLEAR", "AMBER", "RED"),
    "RegimeId": ("WBNI_2018", "WBNI_2022", "CBW_2026"),
    "PersonalData": ("NONE", "ORDINARY"),
    "Provenance": ("ART_3_1_E", "RECEIVED"),
    "Predicate": ("PURPOSE_BOUND", "NECESSARY", "PROVIDER_CONSULTED", "MINIMISED"),
    "Code": ("OK", "DENY_TLP", "DENY_AVG"),
}
RULE_NAMES = frozenset({"W.", "W2", "C.", "D.", "E.", "F.", "M."})


def _other(name: str, words: tuple[str, ...]) -> str:
    return next(word for word in words if word != name)


def changes(  # noqa: C901, PLR0912 - one branch for each kind of node
    node: ast.AST,
) -> Iterator[tuple[str, Callable[[Any], ast.AST]]]:
    """What can be done to the node: a name, and the node that takes its place."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            yield "comparison", _turn(place, TURNED[type(operator)])
    if isinstance(node, ast.BoolOp):
        yield "and/or", _and_or
        for place in range(len(node.values)):
            yield f"operand {place} left out", _operand_out(place)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr | ast.BitAnd | ast.Sub):
        yield "set operation", lambda n: n.left
        yield "set operation", lambda n: n.right
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not", lambda n: n.operand
    if isinstance(node, ast.If | ast.IfExp):
        yield "condition", _negate_test
    if isinstance(node, ast.Constant):
        yield from _constants(node)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        words = WORDS.get(node.value.id)
        if words:
            yield node.value.id, _attribute(_other(node.attr, words))
    if isinstance(node, ast.Set | ast.Tuple | ast.List) and isinstance(
        getattr(node, "ctx", ast.Load()), ast.Load
    ):
        for place in range(len(node.elts)):
            yield f"element {place}", _without(place, "elts")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id == "allow":
            yield "outcome", _manual
        elif node.func.id in {"manual", "must"}:
            yield "outcome", _allow
        elif node.func.id in {"all", "max"}:
            yield node.func.id, _called({"all": "any", "max": "min"}[node.func.id])
    if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant):
        yield "statement", lambda _: ast.Pass()
    if isinstance(node, ast.Return) and node.value is None:
        yield "return", lambda _: ast.Pass()


def _constants(node: ast.Constant) -> Iterator[tuple[str, Callable[[Any], ast.AST]]]:
    value = node.value
    if isinstance(value, bool):
        yield "constant", lambda n: ast.Constant(not n.value)
    elif isinstance(value, int):
        yield "constant", lambda n: ast.Constant(n.value + 1)
    elif isinstance(value, str) and value[:2] in RULE_NAMES:
        yield "rule", lambda n: ast.Constant("B.29" if n.value != "B.29" else "E.PAP")
    elif isinstance(value, str):
        yield "word", lambda n: ast.Constant(f"{n.value}x")


def _turn(place: int, operator: type[ast.cmpop]) -> Callable[[ast.Compare], ast.AST]:
    def change(node: ast.Compare) -> ast.AST:
        node.ops[place] = operator()
        return node

    return change


def _and_or(node: ast.BoolOp) -> ast.AST:
    node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    return node


def _without(place: int, of: str) -> Callable[[Any], ast.AST]:
    def change(node: Any) -> ast.AST:
        del getattr(node, of)[place]
        return node  # type: ignore[no-any-return]  # the node that came in

    return change


def _operand_out(place: int) -> Callable[[ast.BoolOp], ast.AST]:
    def change(node: ast.BoolOp) -> ast.AST:
        del node.values[place]
        return node if len(node.values) > 1 else node.values[0]

    return change


def _negate_test(node: Any) -> ast.AST:
    node.test = ast.UnaryOp(ast.Not(), node.test)
    return node  # type: ignore[no-any-return]  # the node that came in


def _attribute(name: str) -> Callable[[ast.Attribute], ast.AST]:
    def change(node: ast.Attribute) -> ast.AST:
        node.attr = name
        return node

    return change


def _called(name: str) -> Callable[[ast.Call], ast.AST]:
    def change(node: ast.Call) -> ast.AST:
        node.func = ast.Name(name, ast.Load())
        return node

    return change


def _manual(node: ast.Call) -> ast.AST:
    return _result(node, "MANUAL", "MANUAL_LEGAL")


def _allow(node: ast.Call) -> ast.AST:
    return _result(node, "ALLOW", "OK")


def _result(node: ast.Call, outcome: str, code: str) -> ast.AST:
    """The answer with another outcome: `dataclasses.replace` on what the gate would have said."""
    text = f"__import__('dataclasses').replace(0, outcome=__import__('law.vocabulary').vocabulary.Outcome.{outcome}, code=__import__('law.vocabulary').vocabulary.Code.{code})"
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call)
    call.args = [copy.deepcopy(node)]
    return call


class _Change(ast.NodeTransformer):
    """Applies the change with that number, counted over the whole tree."""

    def __init__(self, number: int) -> None:
        self.left, self.told = number, ""

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.arguments) or _says_nothing(node):
            return node
        for name, change in changes(node):
            if self.left == 0:
                self.left = -1
                self.told = f"line {getattr(node, 'lineno', '?')}: {name}: {ast.unparse(node)[:90]}"
                return change(node)
            self.left -= 1
        return node if self.left < 0 else self.generic_visit(node)


def _says_nothing(node: ast.AST) -> bool:
    """Imports, and types: `tuple[str, ...]`."""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        return node.value.id in {"tuple", "dict", "frozenset", "Callable"}
    return isinstance(node, ast.Import | ast.ImportFrom)


def mutant(module: str, number: int) -> tuple[CodeType | None, str]:
    """The module with one fault, or None when there are no more."""
    path = ROOT / "law" / f"{module}.py"
    change = _Change(number)
    tree = change.visit(_without_annotations(ast.parse(path.read_text())))
    if not change.told:
        return None, ""
    assert isinstance(tree, ast.Module)
    return compile(ast.fix_missing_locations(tree), str(path), "exec"), change.told


def _without_annotations(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            for argument in (*node.args.args, *node.args.kwonlyargs):
                argument.annotation = None
        if isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(
            node
        ):
            del node.body[0]
            node.body = node.body or [ast.Pass()]
    return tree


class _Loader(SourceFileLoader):
    code: CodeType

    def get_code(self, fullname: str) -> CodeType:
        return self.code


class _Finder(MetaPathFinder):
    def __init__(self, module: str, code: CodeType) -> None:
        self.module, self.code = f"law.{module}", code

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name != self.module:
            return None
        file = str(ROOT / f"{name.replace('.', '/')}.py")
        loader = _Loader(name, file)
        loader.code = self.code
        return spec_from_file_location(name, file, loader=loader)


def survives(module: str, code: CodeType) -> bool:
    """In a process of its own: does everything still answer as it should?"""
    sys.meta_path.insert(0, _Finder(module, code))
    import law  # noqa: PLC0415 - with the mutant in place
    from tests.law import exhaust  # noqa: PLC0415 - with the mutant in place
    from tests.law.catalogue import differences  # noqa: PLC0415 - with the mutant in place
    from tests.law.situations import EVERYTHING, core, every, overlay  # noqa: PLC0415
    from tests.law.test_cases import CASES  # noqa: PLC0415

    if any(differences()):
        return False
    for question, outcome, verdict_code, _ in CASES.values():
        verdict = law.decide(question)
        if (verdict.outcome, verdict.code) != (outcome, verdict_code):
            return False
    for column in EVERYTHING:
        for blocks, step in ((core(*column), 1999), (overlay(*column), 1999)):
            if any(exhaust.disagreement(case) for case in every(blocks, step)):
                return False
    quiet = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:django", "-p", "no:randomly"]
    config = ["-c", str(ROOT / "tests/law/mutate.ini"), "--rootdir", str(ROOT), "--noconftest"]
    return pytest.main([*quiet, *config, *SUSPECTS]) == 0


def judge(module: str, code: CodeType) -> None:
    """Ends the process: 0 for a survivor."""
    os.close(1)
    os.close(2)
    os.open(os.devnull, os.O_WRONLY)
    os.dup(1)
    signal.alarm(SECONDS)  # what never ends was seen
    try:
        os._exit(0 if survives(module, code) else 1)
    except BaseException:  # noqa: BLE001 - whatever it raises, the fault was seen
        os._exit(1)


def main(arguments: list[str]) -> int:
    step = next((int(word[2:]) for word in arguments if word.startswith("1/")), 1)
    modules = [word for word in arguments if not word.startswith("1/")]
    began = time.monotonic()
    sys.path.insert(0, str(ROOT))
    waiting = [
        (module, number) for module in modules or MODULES for number in _numbers(module, step)
    ]
    waiting.reverse()
    judged: Counter[str] = Counter()
    survivors: list[tuple[str, str]] = []
    running: dict[int, tuple[str, str]] = {}
    while waiting or running:
        while waiting and len(running) < PROCESSES:
            module, number = waiting.pop()
            code, told = mutant(module, number)
            assert code
            pid = os.fork()
            if pid == 0:
                judge(module, code)
            if judged.total() % 10 == 0:
                print(f"{judged.total()} so far, {len(waiting)} to go", flush=True)  # noqa: T201
            running[pid] = module, told
        pid, status = os.wait()
        module, told = running.pop(pid)
        judged[module] += 1
        if status == 0:
            survivors.append((module, told))
            print(f"survives: law/{module}.py {told}", flush=True)  # noqa: T201 - a command
    for module, count in judged.items():
        alive = sum(1 for one, _ in survivors if one == module)
        print(f"law/{module}.py: {count} mutants, {alive} survive")  # noqa: T201 - a command
    total, seconds = judged.total(), time.monotonic() - began
    print(f"{total} mutants, {len(survivors)} survive, {seconds:,.0f} s")  # noqa: T201 - a command
    return bool(survivors)


def _numbers(module: str, step: int) -> Iterator[int]:
    number = 0
    while mutant(module, number)[0] is not None:
        yield number
        number += step


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
