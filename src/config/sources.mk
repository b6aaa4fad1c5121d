# SPDX-License-Identifier: MIT
libconfig_a_SOURCES = \
	src/config/advice.c src/config/advice.h \
	src/config/build.h \
	src/config/certificates.c src/config/certificates.h \
	src/config/config.c src/config/config.h \
	src/config/connector.c src/config/connector.h \
	src/config/crosscheck.c src/config/crosscheck.h \
	src/config/deliver.c src/config/deliver.h \
	src/config/diagnostics.c src/config/diagnostics.h \
	src/config/file.c src/config/file.h \
	src/config/freed.c src/config/freed.h \
	src/config/freeing.c src/config/freeing.h \
	src/config/include.c src/config/include.h \
	src/config/list_file.c src/config/list_file.h \
	src/config/lists.c src/config/lists.h \
	src/config/overlap.c src/config/overlap.h \
	src/config/reader.c src/config/reader.h \
	src/config/report.c src/config/report.h \
	src/config/require.c src/config/require.h \
	src/config/schema.c src/config/schema.h \
	src/config/settings.c src/config/settings.h \
	src/config/suggest.c src/config/suggest.h \
	src/config/tree.c src/config/tree.h \
	src/config/typecheck.c src/config/typecheck.h \
	src/config/validity.c src/config/validity.h \
	src/config/values.c src/config/values.h \
	src/config/yaml_read.c src/config/yaml_read.h
