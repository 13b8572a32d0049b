"""foreign_file.py KIND PATH: write a small file of a kind that people take for TorchScript.

The kinds are pickle (as torch.save wrote it before version 1.6), module (as torch.save writes a whole model), onnx,
safetensors and text.
"""

import io
import json
import pathlib
import pickle
import struct
import sys
import zipfile


def safetensors() -> bytes:
    header = json.dumps({"weight": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    return struct.pack("<Q", len(header)) + header + struct.pack("<f", 1.0)


def onnx() -> bytes:
    # ModelProto: the version of the format (field 1) and the producer's name (field 2).
    return b"\x08\x08\x12\x07pytorch"


def module() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        state = {"training": False, "_parameters": {}, "_modules": {}}
        file.writestr("whole/data.pkl", pickle.dumps(state, protocol=2))
    return archive.getvalue()


WRITERS = {
    "pickle": lambda: pickle.dumps({"weight": [1.0, 2.0]}, protocol=2),
    "module": module,
    "onnx": onnx,
    "safetensors": safetensors,
    "text": lambda: b"import torch\n\n\nclass Net(torch.nn.Module):\n    pass\n",
}


def main() -> int:
    if len(sys.argv) != 3 or sys.argv[1] not in WRITERS:
        print(__doc__, file=sys.stderr)
        return 2
    pathlib.Path(sys.argv[2]).write_bytes(WRITERS[sys.argv[1]]())
    return 0


if __name__ == "__main__":
    sys.exit(main())
