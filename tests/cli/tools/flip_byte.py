"""flip_byte.py ARCHIVE RECORD: change one byte in the middle of a record of a TorchScript file, in place."""

import sys
import zipfile
from pathlib import Path


def main() -> int:
    path, wanted = sys.argv[1:]
    with zipfile.ZipFile(path) as archive:
        record = next(info for info in archive.infolist() if info.filename.partition("/")[2] == wanted)
    with Path(path).open("r+b") as file:
        file.seek(record.header_offset + 26)
        name_bytes = int.from_bytes(file.read(2), "little")
        extra_bytes = int.from_bytes(file.read(2), "little")
        place = record.header_offset + 30 + name_bytes + extra_bytes + record.compress_size // 2
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 0xFF]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
