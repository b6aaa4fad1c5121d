#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the fuzzers as OSS-Fuzz wants them: it sets SRC, OUT, CC, CXX, CFLAGS and LIB_FUZZING_ENGINE. The shared
# libraries that its runner does not have lie in $OUT/lib.
set -eu
cd "$SRC/forcedtls"
autoreconf -i
mkdir -p build/oss-fuzz
cd build/oss-fuzz
../../configure --disable-hardening --with-fuzzing-engine="$LIB_FUZZING_ENGINE"
# The engines are in C++.
make -j"$(nproc)" fuzzers CCLD="$CXX" LDFLAGS="-Wl,-rpath,'\$\$ORIGIN/lib'"

tests=$SRC/forcedtls/tests
mkdir -p "$OUT/lib"
grep -v '^#' "$tests/fuzz/fuzzers" | while read -r name length seeds; do
	cp "fuzz-$name" "$OUT/"
	cp "$tests/fuzz/dictionaries/$name" "$OUT/fuzz-$name.dict"
	printf '[libfuzzer]\nmax_len = %s\n' "$length" >"$OUT/fuzz-$name.options"
	# shellcheck disable=SC2086 # a list of words
	(cd "$tests" && find $seeds -type f | zip -q -@ "$OUT/fuzz-${name}_seed_corpus.zip")
	ldd "fuzz-$name" | awk '$3 ~ /lib(ssl|crypto|yaml|idn2|unistring|jansson|milter|event|z)[-.0-9_a-z]*so/ { print $3 }' |
		xargs -r cp -t "$OUT/lib"
done
