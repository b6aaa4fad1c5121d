# SPDX-License-Identifier: MIT
libdaemon_a_SOURCES = \
	src/daemon/options.c src/daemon/options.h \
	src/daemon/reloader.c src/daemon/reloader.h \
	src/daemon/services.c src/daemon/services.h \
	src/run/counters.c src/run/counters.h \
	src/run/daemon.c src/run/daemon.h \
	src/run/emit.c src/run/emit.h \
	src/run/gate.c src/run/gate.h \
	src/run/journal.c src/run/journal.h \
	src/run/limits.c src/run/limits.h \
	src/run/lockfile.c src/run/lockfile.h \
	src/run/log.c src/run/log.h \
	src/run/log_queue.c src/run/log_queue.h \
	src/run/log_sink.c src/run/log_sink.h \
	src/run/log_writer.c src/run/log_writer.h \
	src/run/memory_left.c src/run/memory_left.h \
	src/run/notify.c src/run/notify.h \
	src/run/pidfile.c src/run/pidfile.h \
	src/run/policy_log.c src/run/policy_log.h \
	src/run/fingerprint_cache.c src/run/fingerprint_cache.h \
	src/run/privilege.c src/run/privilege.h \
	src/run/process.c src/run/process.h \
	src/run/reload.c src/run/reload.h \
	src/run/reminder.c src/run/reminder.h \
	src/run/reminders.c src/run/reminders.h \
	src/run/signals.c src/run/signals.h \
	src/run/snapshot.c src/run/snapshot.h \
	src/run/test_times.c src/run/test_times.h \
	src/run/trial.c src/run/trial.h \
	src/run/trusted_path.c src/run/trusted_path.h \
	src/run/unix_socket.c src/run/unix_socket.h \
	src/run/verdict_counters.c src/run/verdict_counters.h \
	src/run/watched.c src/run/watched.h \
	src/server/listener.c src/server/listener.h \
	src/server/service.h \
	src/server/socket.c src/server/socket.h \
	src/server/stream_closings.c src/server/stream_closings.h \
	src/server/stream_connection.c src/server/stream_connection.h \
	src/server/stream_server.c src/server/stream_server.h

# A folder for each service.
include src/control/sources.mk
include src/metrics/sources.mk
include src/milter/sources.mk
include src/policy_service/sources.mk
include src/tls_policy/sources.mk
