"""The verdict of the `csaf` package on schema and mandatory tests (6.1), with our exceptions.

CSAF 2.1 is still moving between committee drafts, so a 2.1 document is sound when it is sound
by any draft that the package knows; which draft is noted. No network: no `url_checker` is given.
"""

import re
from collections.abc import Callable
from difflib import SequenceMatcher
from importlib import import_module
from typing import Any, NamedTuple

from advisories.importing.document import Flag
from advisories.importing.errors import Refused, quote


class Finding(NamedTuple):
    test: str
    path: str
    message: str


def validate(document: dict[str, Any], *, csaf_version: str) -> list[Flag]:
    """Flags for tolerated findings; raises `Refused` with the first fault otherwise."""
    first: list[Finding] = []
    for name, check in _validators(csaf_version):
        findings = _run(check, document)
        faults = [f for f in findings if not _tolerated(f, csaf_version)]
        if not faults:
            return [*_stage_flags(name, first), *_flags(findings)]
        first = first or faults
    fault = first[0]
    raise Refused(
        code="INVALID",
        message=f"{fault.path}: {quote_message(fault.message)} (CSAF {csaf_version}, "
        f"{'schema' if fault.test == 'schema' else 'test ' + fault.test}"
        f"{f', and {len(first) - 1} more' if len(first) > 1 else ''}): ask the publisher to repair it.",
    )


def quote_message(message: str) -> str:
    """The package's own words, without the document's content at length."""
    return message if len(message) <= 160 else f"{message[:80]} … {message[-70:]}"


def _validators(csaf_version: str) -> list[tuple[str, Callable[..., Any]]]:
    stages = import_module("csaf.csaf").stages("v21") if csaf_version == "2.1" else ("v20",)
    return [(s, import_module(f"csaf.csaf.{s}._validator").validate) for s in stages]


def _run(check: Callable[..., Any], document: dict[str, Any]) -> list[Finding]:
    try:
        report = check(document, preset="basic")
    except Exception as error:  # noqa: BLE001 whatever the package raises, nothing was shown sound
        raise Refused(
            code="UNCHECKABLE",
            message=f"The document cannot be checked ({type(error).__name__}): "
            "ask the publisher for a simpler one.",
        ) from None
    return [
        Finding(result.id, error.instance_path or "/", error.message)
        for result in report.results
        if not result.passed and not result.skipped
        for error in result.errors or _NAMELESS
    ]


class _Nameless(NamedTuple):
    instance_path: str = "/"
    message: str = "the test fails"


_NAMELESS = (_Nameless(),)


def _renamed_weakness(message: str) -> bool:
    """6.1.11 in 2.0, which names no CWE version: MITRE renames entries, publishers keep old names."""
    names = re.findall(r"name '(.*?)'(?: does|$)", message)
    return (
        len(names) == 2
        and SequenceMatcher(None, names[0].strip().lower(), names[1].strip().lower()).ratio() > 0.8
    )


def _no_range_word(message: str) -> bool:
    """6.1.31 names the words that make a range; the package also objects to `8.1.x`."""
    name = re.search(r"`(.*?)`", message)
    words = r"[<>]|\b(after|all|before|earlier|later|prior|versions)\b"
    return name is not None and not re.search(words, name.group(1), re.IGNORECASE)


# Findings that a person should see and that are no ground to turn an advisory away.
_TOLERATED: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
    ("2.0", "6.1.11", _renamed_weakness),
    ("2.0", "6.1.31", _no_range_word),
    # The 2.0 specification asks this nowhere; the package files it under 6.1.27.
    ("2.0", "6.1.27", lambda message: "in remediation is not in any product_status" in message),
    # A range for people (`<= 2.8`, `All versions`) is shown as text, never computed with.
    ("2.1", "6.1.50", lambda message: "contains spaces" in message),
    (
        "2.1",
        "6.1.59",
        lambda message: bool(re.search(r"`[^`]* [^`]*` is a single version", message)),
    ),
)


def _tolerated(finding: Finding, csaf_version: str) -> bool:
    return any(
        (version, test) == (csaf_version, finding.test) and fits(finding.message)
        for version, test, fits in _TOLERATED
    )


def _flags(findings: list[Finding]) -> list[Flag]:
    tests = {f.test: f for f in reversed(findings)}
    return [
        Flag(
            code="TOLERATED",
            message=f"Test {test} objects, tolerated: {quote_message(f.message)}",
            path=f.path,
        )
        for test, f in sorted(tests.items())
    ]


def _stage_flags(stage: str, first: list[Finding]) -> list[Flag]:
    if not first:
        return []
    return [
        Flag(
            code="OLDER_DRAFT",
            message=f"Sound by an older draft of CSAF 2.1 ({stage[3:]}) and not by the newest: "
            f"{quote(quote_message(first[0].message))}",
            path=first[0].path,
        )
    ]
