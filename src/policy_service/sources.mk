# SPDX-License-Identifier: MIT
libdaemon_a_SOURCES += \
	src/policy_service/delegation.c src/policy_service/delegation.h \
	src/policy_service/policy_service.c src/policy_service/policy_service.h \
	src/policy_service/traced.c src/policy_service/traced.h
