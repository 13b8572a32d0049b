# shellcheck shell=sh
# until_exit.sh CODE TIMES COMMAND…: run a command until it exits with CODE, at most so many times.
wanted=$1 left=$2
shift 2
while [ "$left" -gt 0 ]; do
  "$@"
  code=$?
  [ "$code" -eq "$wanted" ] && exit 0
  left=$((left - 1))
done
echo "until_exit: never exit $wanted, last $code from: $*" >&2
exit 1
