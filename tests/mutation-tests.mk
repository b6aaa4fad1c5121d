# SPDX-License-Identifier: MIT
# What the tests notice of changes in the folders that judge: make mutation tries them all, in about an hour of a
# processor, in a build of its own below this one. MUTATION='--file src/policy/match.c' and the other options of
# tests/mutation/run say which.
if HAVE_CRITERION
TESTS += tests/mutation/smoke.py
endif
EXTRA_DIST += \
	tests/mutation/SCORE.md \
	tests/mutation/book.py \
	tests/mutation/build.py \
	tests/mutation/checks.py \
	tests/mutation/one_process.c \
	tests/mutation/places.py \
	tests/mutation/run \
	tests/mutation/schemata.py \
	tests/mutation/score.py \
	tests/mutation/serve.c \
	tests/mutation/smoke.py \
	tests/mutation/survivors.txt

.PHONY: mutation
mutation:
	$(PYTHON) $(top_srcdir)/tests/mutation/run --build mutation $(MUTATION)

clean-local:
	rm -rf mutants mutation
