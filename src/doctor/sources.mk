# SPDX-License-Identifier: MIT
libdoctor_a_SOURCES = \
	src/doctor/asked.c src/doctor/asked.h \
	src/doctor/check.c src/doctor/check.h \
	src/doctor/check_addresses.c \
	src/doctor/check_arriving.c \
	src/doctor/check_certificates.c \
	src/doctor/check_daemon.c \
	src/doctor/check_leaving.c \
	src/doctor/check_live.c \
	src/doctor/check_next_hops.c \
	src/doctor/check_policy_service.c \
	src/doctor/check_sendmail.c \
	src/doctor/check_tls_offer.c \
	src/doctor/checks.h \
	src/doctor/doctor.c src/doctor/doctor.h \
	src/doctor/endpoint.c src/doctor/endpoint.h \
	src/doctor/examination.c src/doctor/examination.h \
	src/doctor/expand.c src/doctor/expand.h \
	src/doctor/listening.c src/doctor/listening.h \
	src/doctor/live.c src/doctor/live.h \
	src/doctor/postconf.c src/doctor/postconf.h \
	src/doctor/postfix.c src/doctor/postfix.h \
	src/doctor/print.c src/doctor/print.h \
	src/doctor/reach.c src/doctor/reach.h \
	src/doctor/sendmail_cf.c src/doctor/sendmail_cf.h \
	src/doctor/smtp_client.c src/doctor/smtp_client.h \
	src/doctor/system_world.c src/doctor/system_world.h \
	src/doctor/throw_away.c src/doctor/throw_away.h \
	src/doctor/unreachable.c \
	src/doctor/words.c src/doctor/words.h \
	src/doctor/world.h
