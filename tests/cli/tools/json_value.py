"""json_value.py FILE PATH…: print the values at dotted paths of a JSON file, one a line.

A path is keys and indices joined by dots: `error.kind`, `bench.arms.0.label`. A last key `#` gives the number of
elements. Strings are printed bare, everything else as JSON. A path that is not there is an error.
"""

import json
import pathlib
import sys


def look_up(document: object, path: str) -> object:
    for key in path.split("."):
        if key == "#":
            document = len(document)
        elif isinstance(document, list):
            document = document[int(key)]
        else:
            document = document[key]
    return document


def main() -> int:
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    document = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    for path in sys.argv[2:]:
        try:
            value = look_up(document, path)
        except (KeyError, IndexError, TypeError, ValueError):
            print(f"json_value: '{sys.argv[1]}' has nothing at '{path}'", file=sys.stderr)
            return 1
        print(value if isinstance(value, str) else json.dumps(value))
    return 0


if __name__ == "__main__":
    sys.exit(main())
