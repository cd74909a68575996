#!/usr/bin/env bash
# Feeds the readers of text that comes from outside with what libFuzzer makes up.
#
#   run.sh SECONDS [TARGET]...     all targets where none is named, two at a time
#
# A target's inputs are kept in .build/fuzz/corpus, so that the next run goes on from there; what
# breaks a reader is kept in .build/fuzz/found, and the script fails.
set -euo pipefail
cd "$(dirname "$0")/../.."

build=.build/fuzz
program=$build/readers
data=../shared/data

# By target: its words, how long its inputs may be, and recordings that are good to begin with.
target() {
  case $1 in
  sacct) words=slurm length=4096 begin="recorded/slurm/sacct_* gcm_slurm_fixtures_mit/sample-sacct-*" ;;
  slurmrestd) words=json length=4096 begin="recorded/slurm/rest_slurmdb*" ;;
  scontrol) words=slurm length=4096 begin="recorded/slurm/*.txt gcm_slurm_fixtures_mit/sample-scontrol-*" ;;
  bookings | assignments) words=bookings length=2048 begin= ;;
  librebooking) words=bookings length=2048 begin= ;;
  calendar) words=calendar length=2048 begin= ;;
  exposition)
    words=exposition length=4096
    begin="openmetrics_parser_cases_apache2/tests/testdata/parsers/*/metrics nvidia_smi_captures_mit/nvidia_metrics/*"
    ;;
  prometheus) words=json length=4096 begin="recorded/prometheus/*.body recorded/victoriametrics/*.body" ;;
  bill-azure) words=bills length=4096 begin="azure_opencost/*.csv" ;;
  bill-*) words=bills length=4096 begin= ;;
  vcenter) words=vcenter length=4096 begin= ;;
  nova) words=json length=4096 begin= ;;
  remote-read) words= length=4096 begin="prometheus_2.42_golden/*.bin" ;;
  *)
    echo "fuzz: there is no target '$1'; expected some of $all" >&2
    exit 64
    ;;
  esac
}
all="sacct slurmrestd scontrol bookings librebooking calendar assignments exposition prometheus remote-read \
  bill-focus bill-cur2 bill-cur bill-gcp bill-azure bill-oci vcenter nova"

# Compiles the readers with what counts their branches. SwiftPM can't link a fuzzer's program.
build() {
  echo "== building the readers for libFuzzer (some minutes the first time)"
  swift build -c release --sanitize fuzzer --scratch-path $build --target Collectors >$build.log 2>&1 || {
    tail -n 40 $build.log >&2
    exit 1
  }
  local objects=()
  for room in Quantities Records Transport Logging Collectors; do
    objects+=("$build/release/$room.build"/*.o)
  done
  swiftc -O -g -swift-version 6 -warnings-as-errors -parse-as-library -sanitize=fuzzer \
    -I $build/release/Modules -I Sources/CCurl -I Sources/CZlib -o $program Tests/Fuzz/*.swift "${objects[@]}" -lcurl -lz
}

# Runs one target.
one() {
  local seconds=$1 name=$2 corpus=$build/corpus/$2 log=$build/$2.log found=$build/found/$2-
  target "$name"
  mkdir -p "$corpus" $build/found
  local number=0
  for file in $([ -n "$begin" ] && cd $data 2>/dev/null && ls -d $begin 2>/dev/null || true); do
    number=$((number + 1))
    head -c $length "$data/$file" >"$corpus/begin-$number"
  done
  # Without this Swift's own backtraces take the place of the fuzzer's report.
  local status=0
  SWIFT_BACKTRACE=enable=no $program --target="$name" "$corpus" Tests/Fuzz/Seeds/"$name" ${words:+-dict=Tests/Fuzz/Words/$words.words} \
    -max_len=$length -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="$found" -print_final_stats=1 >"$log" 2>&1 || status=$?
  if [ $status = 0 ]; then
    awk -v name="$name" '/^#[0-9]+/ { for (i = 1; i < NF; i++) if ($i == "cov:") covered = $(i + 1) }
      /^stat::number_of_executed/ { runs = $2 } /^stat::average_exec/ { pace = $2 }
      END { printf "%s: %d inputs, %d a second, %d branches, nothing found\n", name, runs, pace, covered }' "$log"
    return
  fi
  local input
  input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
  {
    echo "$name: $(grep -a -m 1 -E 'broken promise|ERROR: libFuzzer' "$log" || echo "ended with status $status")"
    echo "  log: $log"
    echo "  repeat it with: $program --target=$name ${input:-<no input was kept>}"
  } >&2
  return 1
}

if [ "${1:-}" = --one ]; then
  one "$2" "$3"
  exit
fi
seconds=${1:-60}
[ $# = 0 ] || shift
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "fuzz: found '$seconds' seconds; expected a number such as 60" >&2; exit 64; }
[ $# -gt 0 ] || set -- $all
for name; do target "$name"; done
mkdir -p $build
build
echo "== $seconds seconds each: $*"
printf '%s\n' "$@" | xargs -P 2 -I '{}' Tests/Fuzz/run.sh --one "$seconds" '{}' || {
  echo "fuzz: a reader broke; its input is kept, and stays a test when it is mended" >&2
  exit 1
}
