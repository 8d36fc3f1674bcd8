#!/bin/sh
# Runs rustc for cargo (RUSTC_WORKSPACE_WRAPPER) and appends the crate's name and its CPU time to $RUSTC_TIMES.
name=
for argument in "$@"; do
    [ "$previous" = --crate-name ] && name=$argument
    previous=$argument
done
"$@"
code=$?
[ -n "$RUSTC_TIMES" ] && { echo "$name"; times; } >> "$RUSTC_TIMES"
exit $code
