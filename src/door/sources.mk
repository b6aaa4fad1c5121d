# SPDX-License-Identifier: MIT
libdaemon_a_SOURCES = \
	src/door/milter.c src/door/milter.h \
	src/door/recipient.c src/door/recipient.h \
	src/door/session.c src/door/session.h \
	src/proto/macros.c src/proto/macros.h \
	src/run/daemon.c src/run/daemon.h \
	src/run/limits.c src/run/limits.h \
	src/run/log.c src/run/log.h \
	src/run/notify.c src/run/notify.h \
	src/run/options.c src/run/options.h \
	src/run/pidfile.c src/run/pidfile.h \
	src/run/privilege.c src/run/privilege.h \
	src/run/reload.c src/run/reload.h \
	src/run/signals.c src/run/signals.h \
	src/run/snapshot.c src/run/snapshot.h \
	src/run/socket.c src/run/socket.h
