# shellcheck shell=sh
# beside_busy_cores.sh COMMAND…: run a command while another process keeps each core busy; its exit code.
processes=
for _ in $(seq "$(nproc)"); do
  (while :; do :; done) &
  processes="$processes $!"
done
"$@"
code=$?
# shellcheck disable=SC2086
kill $processes
exit $code
