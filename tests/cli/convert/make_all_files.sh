# shellcheck shell=sh
# make_all_files.sh FOLDER: in the folder, run each command that writes a file on its net.py.
set -e
cd "$1"
tsctl convert net.py:Net --input Bx10 --dim B=1,4 --weights w.safetensors --no-bench -o net.pt -q
tsctl convert net.py:Net --input 2x10 --no-bench --strip-debug -o stripped.pt -q
tsctl trace net.py:Net --inputs x.npz -o trace.pt -q
tsctl script net.py:Net --inputs x.npz --weights w.safetensors -o script.pt -q
tsctl freeze trace.pt -o frozen.pt -q
tsctl optimize script.pt --no-bench -o optimized.pt -q
