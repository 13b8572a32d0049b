"""Add up the JUnit files of several test runners and print `N passed, M failed` as the last line.

Usage: count_results.py NAME=FILE…

Exits with 1 if a test failed, and also if a runner left no file or ran no test at all: silence is not success.
"""

import sys
import xml.etree.ElementTree as ElementTree


def count(path: str) -> tuple[int, int, int, list[str]]:
    """Return how many tests passed, failed and were skipped, and the failed ones' names."""
    passed = failed = skipped = 0
    names = []
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        outcomes = {child.tag for child in case}
        if "failure" in outcomes or "error" in outcomes:
            failed += 1
            names.append(f"{case.get('classname', '')}.{case.get('name', '')}".lstrip("."))
        elif "skipped" in outcomes or case.get("status") in ("notrun", "disabled"):
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped, names


def main(arguments: list[str]) -> int:
    if not arguments or any("=" not in argument for argument in arguments):
        print(__doc__, file=sys.stderr)
        return 2
    passed_total = failed_total = 0
    for argument in arguments:
        runner, path = argument.split("=", 1)
        try:
            passed, failed, skipped, names = count(path)
        except (OSError, ElementTree.ParseError) as error:
            print(f"{runner}: left no readable result ({error})")
            failed_total += 1
            continue
        print(f"{runner}: {passed} passed, {failed} failed, {skipped} skipped")
        for name in names:
            print(f"  failed: {name}")
        if passed + failed == 0:
            print(f"  failed: {runner} ran no test")
            failed = 1
        passed_total += passed
        failed_total += failed
    print(f"{passed_total} passed, {failed_total} failed")
    return 1 if failed_total else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
