"""paths_in.py FILE WORD…: fail if a record of the TorchScript file, once unpacked, or the file itself holds a word.

It is for paths that must not be in a file: the folder of a case, of the repository, of Python.
"""

import pathlib
import sys
import zipfile


def main() -> int:
    path, words = pathlib.Path(sys.argv[1]), [word.encode() for word in sys.argv[2:]]
    assert words and all(len(word) > 3 for word in words), "no words, or words that are found anywhere"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["the file itself"] = path.read_bytes()
    found = [
        f"{name} holds {word.decode()}" for name, part in parts.items() for word in words if word in part
    ]
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
