"""append_record.py ARCHIVE BYTES: add an extra file of that size, uncompressed, to a TorchScript file."""

import sys
import zipfile

with zipfile.ZipFile(sys.argv[1], "a") as archive:
    top = archive.namelist()[0].split("/")[0]
    archive.writestr(f"{top}/extra/padding", b"\0" * int(sys.argv[2]))
