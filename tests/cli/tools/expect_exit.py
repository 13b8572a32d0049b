"""expect_exit.py CODE COMMAND…: run a command and succeed only if it exits with exactly CODE.

Both streams of the command go where this script's own go. A command that a signal ends has the shell's code for
it, 128 + the signal.
"""

import subprocess
import sys


def main() -> int:
    if len(sys.argv) < 3 or not sys.argv[1].isdigit():
        print(__doc__, file=sys.stderr)
        return 2
    expected, command = int(sys.argv[1]), sys.argv[2:]
    code = subprocess.run(command, check=False).returncode
    code = 128 - code if code < 0 else code
    if code == expected:
        return 0
    print(f"expect_exit: expected exit {expected}, got {code} from: {' '.join(command)}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
