"""random_addresses.py COMMAND…: run a command that may not fix the addresses of what it starts, as in many containers.

The kernel answers its personality(2) with EPERM, as Docker's default profile does for ADDR_NO_RANDOMIZE.
"""

import ctypes
import os
import platform
import struct
import sys

PERSONALITY = {"x86_64": 135, "aarch64": 92}
ASK = 0xFFFFFFFF  # the argument that changes nothing

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | 1  # with EPERM
NUMBER, FIRST_ARGUMENT = 0, 16  # where struct seccomp_data has them


def forbid_personality() -> None:
    program = [
        (LOAD_WORD, 0, 0, NUMBER),
        (JUMP_IF_EQUAL, 0, 3, PERSONALITY[platform.machine()]),
        (LOAD_WORD, 0, 0, FIRST_ARGUMENT),
        (JUMP_IF_EQUAL, 1, 0, ASK),
        (RETURN, 0, 0, REFUSE),
        (RETURN, 0, 0, ALLOW),
    ]
    steps = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
    whole = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program), ctypes.addressof(steps)))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    forbidden = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    if not forbidden or prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(whole), 0, 0) != 0:
        sys.exit(f"random_addresses: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    forbid_personality()
    os.execvp(sys.argv[1], sys.argv[1:])
