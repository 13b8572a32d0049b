# shellcheck shell=sh
# small_disk.sh SIZE FOLDER COMMAND…: run a command where FOLDER is an empty file system of SIZE, such as 64k. It is
# seen by that command alone and gone with it. What the command left there is listed on standard error, so that a
# case can check that nothing was.
size=$1 folder=$2
shift 2
mkdir -p "$folder"
# The inner shell expands these.
# shellcheck disable=SC2016
exec unshare -rm sh -c '
  mount -t tmpfs -o "size=$1" tsctl "$2" || exit 99
  folder=$2
  shift 2
  "$@"
  code=$?
  for name in $(ls -A "$folder"); do echo "small_disk: left $name" >&2; done
  exit $code' small_disk "$size" "$folder" "$@"
