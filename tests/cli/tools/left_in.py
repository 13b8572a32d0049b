"""left_in.py FOLDER NAME…: succeed only if FOLDER holds exactly these names, hidden ones included."""

import pathlib
import sys


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    left, expected = sorted(path.name for path in pathlib.Path(sys.argv[1]).iterdir()), sorted(sys.argv[2:])
    if left != expected:
        print(f"left_in: '{sys.argv[1]}' holds {left}, expected {expected}", file=sys.stderr)
    return 0 if left == expected else 1


if __name__ == "__main__":
    sys.exit(main())
