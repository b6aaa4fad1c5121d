# SPDX-License-Identifier: MIT
liblint_a_SOURCES = \
	src/lint/freed.c src/lint/freed.h \
	src/lint/freeing.c src/lint/freeing.h \
	src/lint/leaving.c src/lint/leaving.h \
	src/lint/lint.c src/lint/lint.h \
	src/lint/overlap.c src/lint/overlap.h \
	src/lint/unmet.c src/lint/unmet.h
