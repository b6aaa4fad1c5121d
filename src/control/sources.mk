# SPDX-License-Identifier: MIT
libdaemon_a_SOURCES += \
	src/control/command.c src/control/command.h \
	src/control/control.c src/control/control.h \
	src/control/doctor_command.c \
	src/control/policy_changes.c src/control/policy_changes.h \
	src/control/reload_command.c \
	src/control/reply.c src/control/reply.h \
	src/control/status_command.c \
	src/control/status_counts.c src/control/status_counts.h \
	src/control/status_policy.c src/control/status_policy.h
