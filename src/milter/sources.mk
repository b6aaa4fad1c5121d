# SPDX-License-Identifier: MIT
libdaemon_a_SOURCES += \
	src/milter/answer.c src/milter/answer.h \
	src/milter/data.c src/milter/data.h \
	src/milter/end_of_header.c src/milter/end_of_header.h \
	src/milter/end_of_message.c src/milter/end_of_message.h \
	src/milter/macros.c src/milter/macros.h \
	src/milter/message.c src/milter/message.h \
	src/milter/milter.c src/milter/milter.h \
	src/milter/milter_socket.c src/milter/milter_socket.h \
	src/milter/recipient.c src/milter/recipient.h \
	src/milter/session.c src/milter/session.h \
	src/milter/session_count.c src/milter/session_count.h \
	src/milter/session_facts.c src/milter/session_facts.h
