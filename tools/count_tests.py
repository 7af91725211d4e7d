#!/usr/bin/env python3
"""Counts the test cases of a `bazel test` run from its build event file.

The last line it prints is "N passed, N failed". Exits 1 when a case failed or
when no case ran at all.
"""
import json
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree


def test_logs(events_path):
    """Yields (label, status, path of test.xml) of each test target's runs."""
    for line in open(events_path, encoding="utf-8"):
        event = json.loads(line)
        result = event.get("testResult")
        if result is None:
            continue
        label = event["id"]["testResult"]["label"]
        for output in result.get("testActionOutput", []):
            if output["name"] == "test.xml":
                path = urllib.parse.unquote(
                    urllib.parse.urlparse(output["uri"]).path)
                yield label, result["status"], path


def count_cases(path):
    """(cases, failed cases) of one test.xml."""
    cases = failed = 0
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        cases += 1
        failed += case.find("failure") is not None or case.find(
            "error") is not None
    return cases, failed


def main():
    results = {}
    for label, status, path in test_logs(sys.argv[1]):
        try:
            cases, failed = count_cases(path)
        except (OSError, ElementTree.ParseError):
            cases, failed = 0, 0
        # A crash or a time-out fails the target without failing a case.
        if status not in ("PASSED", "FLAKY") and failed == 0:
            cases, failed = max(cases, 1), 1
        results[label] = (cases, failed)
    total = sum(cases for cases, _ in results.values())
    failed = sum(failed for _, failed in results.values())
    for label, (_, count) in sorted(results.items()):
        if count:
            print(f"FAILED: {label}")
    print(f"{total - failed} passed, {failed} failed")
    return 1 if failed or not total else 0


if __name__ == "__main__":
    sys.exit(main())
