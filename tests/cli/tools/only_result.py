"""only_result.py WORD FILE: succeed if FILE holds the result line alone, one line that begins with WORD: OK, FAIL, ….

With `last` in place of `only`, `only_result.py WORD FILE last`, other lines may come before it.
"""

import pathlib
import sys


def main() -> int:
    if len(sys.argv) not in (3, 4) or sys.argv[3:] not in ([], ["last"]):
        print(__doc__, file=sys.stderr)
        return 2
    text = pathlib.Path(sys.argv[2]).read_text(encoding="utf-8")
    lines = text.splitlines()
    results = [line for line in lines if line.startswith(("OK  ", "FAIL  ", "UNDECIDED  "))]
    if len(results) != 1 or lines[-1] != results[0] or not text.endswith("\n"):
        fault = f"{len(results)} result lines, or it is not the last line"
    elif not results[0].startswith(f"{sys.argv[1]}  "):
        fault = f"it does not begin with {sys.argv[1]}"
    elif not sys.argv[3:] and len(lines) != 1:
        fault = "there are other lines"
    else:
        return 0
    print(f"only_result: {fault}:\n{text}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
