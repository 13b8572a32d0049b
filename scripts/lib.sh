# shellcheck shell=bash
# Shared by the scripts in this folder; sourced, never run.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs="$repository/build/logs"
script_name=$(basename "$0")
# Read by the scripts that source this file.
# shellcheck disable=SC2034
venv="$repository/.venv"

say() { printf '[%s] %s\n' "$script_name" "$*"; }

# fail MESSAGE [LINE TO RUN]: ends the script.
fail() {
  printf '[%s] error: %s\n' "$script_name" "$1" >&2
  if [[ $# -gt 1 ]]; then
    printf '[%s] run this:\n\n    %s\n\n' "$script_name" "$2" >&2
  fi
  exit 1
}

# Prints a line every 15 s until it is killed, so that a long silent step is seen to live. With a folder given,
# the line says how large that folder has grown. Its own sleep must not outlive it: it would hold the terminal.
heartbeat() {
  local what=$1 folder=${2:-} seconds=0 sleeper=
  trap '[[ -z $sleeper ]] || kill "$sleeper" 2>/dev/null; exit 0' TERM
  while kill -0 $$ 2>/dev/null; do
    sleep 15 &
    sleeper=$!
    wait "$sleeper"
    seconds=$((seconds + 15))
    if [[ -n $folder && -d $folder ]]; then
      say "  … $what: ${seconds} s, $(du -sm "$folder" 2>/dev/null | cut -f1) MB so far"
    else
      say "  … $what: ${seconds} s"
    fi
  done
}

heartbeat_pid=
stop_heartbeat() {
  if [[ -n $heartbeat_pid ]]; then
    kill "$heartbeat_pid" 2>/dev/null || true
    wait "$heartbeat_pid" 2>/dev/null || true
    heartbeat_pid=
  fi
}
trap stop_heartbeat EXIT

# fail_step NAME CODE COMMAND…: a step's own messages have been shown; what is left is to begin again once it is mended.
fail_step() {
  local name=$1 code=$2
  shift 2
  fail "step '$name' failed with exit code $code; its messages are above, its command was: $(quoted "$@")" \
    "$repository/scripts/$script_name"
}

# step NAME FOLDER COMMAND…: runs a silent command with its output in a log and a heartbeat on the terminal. On
# failure it prints the end of the log. FOLDER ("" for none) is the one that
# the heartbeat measures.
step() {
  local name=$1 folder=$2
  shift 2
  mkdir -p "$logs"
  local log="$logs/${name// /-}.log"
  heartbeat "$name" "$folder" &
  heartbeat_pid=$!
  local code=0
  "$@" >"$log" 2>&1 || code=$?
  stop_heartbeat
  if [[ $code -ne 0 ]]; then
    say "the last lines of $log:" >&2
    tail -n 25 "$log" | sed 's/^/    /' >&2
    fail_step "$name" "$code" "$@"
  fi
}

# watched NAME COMMAND…: the same for a command that reports its own progress.
watched() {
  local name=$1 code=0
  shift
  "$@" || code=$?
  if [[ $code -ne 0 ]]; then
    fail_step "$name" "$code" "$@"
  fi
}

# The words given, as one line that a shell reads back as the same words.
quoted() {
  local word line=
  for word in "$@"; do
    if [[ $word =~ ^[A-Za-z0-9_./:=@%+,-]+$ ]]; then line+=" $word"; else line+=" ${word@Q}"; fi
  done
  printf '%s' "${line# }"
}

# free_mb FOLDER: what is free on the file system of the nearest existing folder.
free_mb() {
  local folder=$1
  while [[ ! -d $folder ]]; do folder=$(dirname "$folder"); done
  df --output=avail -m "$folder" | tail -n 1 | tr -d ' '
}

# Compiling a group of files that include LibTorch takes up to 1.3 GB, so small machines get fewer jobs than cores.
limit_build_jobs() {
  local memory_mb cores jobs
  memory_mb=$(awk '/^MemAvailable:/ {print int($2 / 1024)}' /proc/meminfo)
  cores=$(nproc)
  jobs=$((memory_mb / 1500))
  ((jobs > cores)) && jobs=$cores
  ((jobs < 1)) && jobs=1
  export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$jobs}
}

# One set-up at a time in one checkout; a second waits for the first.
take_setup_lock() {
  mkdir -p "$repository/build"
  exec {setup_lock}>"$repository/build/.setup.lock"
  if ! flock --nonblock "$setup_lock"; then
    say "another set-up of this checkout is running; waiting for it"
    flock "$setup_lock"
  fi
}

release_setup_lock() { exec {setup_lock}>&-; }

# install_requirements FILE STAMP NAME: makes .venv hold exactly what FILE pins, at once if STAMP says it does.
# While pip runs, STAMP.incomplete stands there too, so that an interrupted installation can be noticed.
install_requirements() {
  local file=$1 stamp=$2 name=$3
  local wanted
  wanted=$(sha256sum <"$file" | cut -d' ' -f1)
  if [[ -f $stamp && $(<"$stamp") == "$wanted" ]]; then
    return
  fi
  touch "$stamp.incomplete"
  step "$name" "$venv" "$venv/bin/python3" -m pip install --disable-pip-version-check --no-input \
    --constraint "$repository/scripts/requirements.txt" --requirement "$file"
  rm -f "$stamp.incomplete"
  printf '%s\n' "$wanted" >"$stamp"
}
