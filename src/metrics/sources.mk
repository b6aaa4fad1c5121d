# SPDX-License-Identifier: MIT
libdaemon_a_SOURCES += \
	src/metrics/collect.c src/metrics/collect.h \
	src/metrics/exposition.c src/metrics/exposition.h \
	src/metrics/http_request.c src/metrics/http_request.h \
	src/metrics/metrics.c src/metrics/metrics.h
