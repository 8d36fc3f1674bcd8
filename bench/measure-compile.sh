#!/bin/sh
# CPU seconds (user + sys) of rustc for each candidate alone, dependencies warm, the better of two, and the rlib's size.
# Run in bench/. Columns: candidate, profile, seconds, bytes of the rlib.
set -e
cd "$(dirname "$0")"
target=${CARGO_TARGET_DIR:-target}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export RUSTC_WORKSPACE_WRAPPER="$PWD/time-rustc.sh" CARGO_INCREMENTAL=0
for profile in check debug release; do
    case $profile in
        check) verb=check flags= ;;
        debug) verb=build flags= ;;
        release) verb=build flags=--release ;;
    esac
    for candidate in tree stream serde; do
        cargo $verb -q $flags -p candidate-$candidate
        best=
        for _ in 1 2; do
            touch candidates/$candidate/src/lib.rs
            : > "$log"
            RUSTC_TIMES=$log cargo $verb -q $flags -p candidate-$candidate
            # The second line of `times` is the children's: 0m1.250s 0m0.110s
            seconds=$(awk -v name=candidate_$candidate '
                $0 == name { getline; getline; split($1, user, /[ms]/); split($2, kernel, /[ms]/)
                    print user[1] * 60 + user[2] + kernel[1] * 60 + kernel[2] }' "$log")
            if [ -z "$best" ] || [ "$(awk "BEGIN { print ($seconds < $best) }")" = 1 ]; then
                best=$seconds
            fi
        done
        size=-
        [ $profile != check ] && size=$(wc -c < "$target/$profile/libcandidate_$candidate.rlib")
        echo "$candidate $profile $best $size"
    done
done
