# SPDX-License-Identifier: MIT
libdaemon_a_SOURCES += \
	src/milter/content.c src/milter/content.h \
	src/milter/macros.c src/milter/macros.h \
	src/milter/message.c src/milter/message.h \
	src/milter/milter.c src/milter/milter.h \
	src/milter/milter_socket.c src/milter/milter_socket.h \
	src/milter/recipient.c src/milter/recipient.h \
	src/milter/session.c src/milter/session.h \
	src/milter/verdict.c src/milter/verdict.h
