# SPDX-License-Identifier: MIT
liblint_a_SOURCES = \
	src/lint/displaced.c src/lint/displaced.h \
	src/lint/frees.c src/lint/frees.h \
	src/lint/leaving.c src/lint/leaving.h \
	src/lint/lint.c src/lint/lint.h \
	src/lint/sample.c src/lint/sample.h \
	src/lint/unmet.c src/lint/unmet.h
