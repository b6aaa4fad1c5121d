# SPDX-License-Identifier: MIT
# The daemon's layers (proto, run, door). The linker wraps config_free, so that the tests see what is freed, and
# nanosleep, so that they say what happens while somebody waits.
wrap_config_free = -Wl,--wrap=config_free

if HAVE_CRITERION
check_PROGRAMS += unit-daemon.t
TESTS += unit-daemon.t
unit_daemon_t_SOURCES = \
	tests/unit/control/test_control.c \
	tests/unit/daemon/test_reloader.c \
	tests/unit/daemon/test_services.c \
	tests/unit/metrics/test_exposition.c \
	tests/unit/metrics/test_http_request.c \
	tests/unit/metrics/test_metrics.c \
	tests/unit/milter/steps.c tests/unit/milter/steps.h \
	tests/unit/milter/test_data.c \
	tests/unit/milter/test_end_of_header.c \
	tests/unit/milter/test_end_of_message.c \
	tests/unit/milter/test_macros.c \
	tests/unit/milter/test_message.c \
	tests/unit/milter/test_recipient.c \
	tests/unit/policy/build.c tests/unit/policy/build.h \
	tests/unit/policy_service/test_delegation.c \
	tests/unit/policy_service/test_policy_service.c \
	tests/unit/run/captured.c tests/unit/run/captured.h \
	tests/unit/run/client.c tests/unit/run/client.h \
	tests/unit/run/frees.c tests/unit/run/frees.h \
	tests/unit/run/place.c tests/unit/run/place.h \
	tests/unit/run/waits.c tests/unit/run/waits.h \
	tests/unit/run/test_counters.c \
	tests/unit/run/test_gate.c \
	tests/unit/run/test_journal.c \
	tests/unit/run/test_log.c \
	tests/unit/run/test_log_sink.c \
	tests/unit/run/test_log_writer.c \
	tests/unit/run/test_memory_left.c \
	tests/unit/run/test_notify.c \
	tests/unit/run/test_pidfile.c \
	tests/unit/run/test_policy_log.c \
	tests/unit/run/test_fingerprint_cache.c \
	tests/unit/run/test_reload.c \
	tests/unit/run/test_reminder.c \
	tests/unit/run/test_reminders.c \
	tests/unit/run/test_test_times.c \
	tests/unit/run/test_watched.c \
	tests/unit/run/test_snapshot.c \
	tests/unit/run/test_privilege.c \
	tests/unit/run/test_trial.c \
	tests/unit/run/test_trusted_path.c \
	tests/unit/server/test_listener.c \
	tests/unit/server/test_socket.c \
	tests/unit/server/test_stream_closings.c \
	tests/unit/server/test_stream_server.c \
	tests/unit/tls_policy/test_netstring.c \
	tests/unit/tls_policy/test_socketmap.c \
	tests/unit/tls_policy/test_tls_policy.c
unit_daemon_t_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
unit_daemon_t_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
unit_daemon_t_LDFLAGS = $(AM_LDFLAGS) $(wrap_config_free) -Wl,--wrap=nanosleep
unit_daemon_t_LDADD = $(daemon_libs) $(CRITERION_LIBS)
endif

# Criterion and the thread sanitizer do not go together: programs of their own, judged by their exit status.
check_PROGRAMS += snapshot-stress door-stress fingerprint-cache-stress coupling-stress log-stress
TESTS += snapshot-stress door-stress fingerprint-cache-stress coupling-stress log-stress
log_stress_SOURCES = tests/stress/log_stress.c
log_stress_LDADD = $(daemon_libs)
coupling_stress_SOURCES = tests/stress/coupling_stress.c
coupling_stress_LDFLAGS = $(AM_LDFLAGS) $(wrap_config_free)
coupling_stress_LDADD = $(daemon_libs)
fingerprint_cache_stress_SOURCES = tests/stress/fingerprint_cache_stress.c
fingerprint_cache_stress_LDADD = $(daemon_libs)
snapshot_stress_SOURCES = tests/stress/snapshot_stress.c
snapshot_stress_LDFLAGS = $(AM_LDFLAGS) $(wrap_config_free)
snapshot_stress_LDADD = $(daemon_libs)
door_stress_SOURCES = tests/stress/door_stress.c
door_stress_LDFLAGS = $(AM_LDFLAGS) $(wrap_config_free)
door_stress_LDADD = $(daemon_libs)

# The fingerprint cache and its callers, as Spin sees them.
TESTS += tests/model/run
EXTRA_DIST += tests/model/fingerprint_cache.pml tests/model/run
