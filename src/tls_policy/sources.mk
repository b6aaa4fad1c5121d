# SPDX-License-Identifier: MIT
libdaemon_a_SOURCES += \
	src/tls_policy/netstring.c src/tls_policy/netstring.h \
	src/tls_policy/socketmap.c src/tls_policy/socketmap.h \
	src/tls_policy/tls_policy.c src/tls_policy/tls_policy.h
