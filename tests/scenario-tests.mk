# SPDX-License-Identifier: MIT
# Scenarios (tests/scenarios/README.md): a policy, sessions, verdicts, judged by the decision function and again
# through the milter socket. The bench programs are built on demand alone: make bench-programs, then tests/bench/run,
# postfix or doors.
scenario_files = \
	tests/scenarios/addresses.yaml \
	tests/scenarios/certificates-postfix.yaml \
	tests/scenarios/certificates-sendmail.yaml \
	tests/scenarios/conversations.yaml \
	tests/scenarios/demands.yaml \
	tests/scenarios/except.yaml \
	tests/scenarios/fingerprints.yaml \
	tests/scenarios/header-from.yaml \
	tests/scenarios/log.yaml \
	tests/scenarios/mailboxes.yaml \
	tests/scenarios/not-judged.yaml \
	tests/scenarios/null-sender.yaml \
	tests/scenarios/presenting.yaml \
	tests/scenarios/quarantine.yaml \
	tests/scenarios/replies.yaml \
	tests/scenarios/selectors.yaml \
	tests/scenarios/specificity.yaml \
	tests/scenarios/strictest.yaml \
	tests/scenarios/test-mode.yaml \
	tests/scenarios/trace-header.yaml \
	tests/scenarios/versions.yaml
EXTRA_DIST += $(scenario_files) tests/scenarios/README.md \
	tests/scenarios/decision.sh tests/scenarios/milter.sh tests/scenarios/policy.sh tests/scenarios/broken.sh \
	tests/scenarios/coverage.sh tests/bench/run tests/bench/doors tests/bench/postfix \
	tests/bench/lib.sh tests/bench/filters.sh tests/bench/make_log tests/bench/metrics tests/bench/report \
	tests/bench/RESULTS.md tests/bench/results tests/bench/pauses tests/bench/profile tests/bench/strain

mock_mta_sources = \
	tests/lib/mock_message.c tests/lib/mock_steps.h \
	tests/lib/mock_mta.c tests/lib/mock_mta.h \
	tests/lib/mock_wire.c tests/lib/mock_wire.h

check_PROGRAMS += tests/scenarios/runner
TESTS += tests/scenarios/replies.py
EXTRA_DIST += tests/scenarios/replies.py
TESTS += tests/scenarios/decision.sh tests/scenarios/milter.sh tests/scenarios/policy.sh tests/scenarios/broken.sh
check_PROGRAMS += tests/scenarios/coverage
TESTS += tests/scenarios/coverage.sh
tests_scenarios_coverage_SOURCES = \
	tests/lib/scenario.c tests/lib/scenario.h \
	tests/lib/scenario_keys.c tests/lib/scenario_keys.h \
	tests/scenarios/coverage.c
tests_scenarios_coverage_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_scenarios_coverage_LDADD = $(config_libs)
check_PROGRAMS += end-stress reload-stress
TESTS += end-stress reload-stress
end_stress_SOURCES = \
	$(mock_mta_sources) \
	tests/lib/daemon.c tests/lib/daemon.h \
	tests/lib/policy_text.c tests/lib/policy_text.h \
	tests/stress/end_stress.c
end_stress_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
end_stress_LDADD = $(daemon_libs)
reload_stress_SOURCES = \
	$(mock_mta_sources) \
	tests/lib/daemon.c tests/lib/daemon.h \
	tests/lib/policy_text.c tests/lib/policy_text.h \
	tests/stress/reload_stress.c
reload_stress_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
reload_stress_LDADD = $(daemon_libs)
tests_scenarios_runner_SOURCES = \
	$(mock_mta_sources) \
	tests/lib/daemon.c tests/lib/daemon.h \
	tests/lib/mta_session.c tests/lib/mta_session.h \
	tests/lib/policy_request.c tests/lib/policy_request.h \
	tests/lib/policy_text.c tests/lib/policy_text.h \
	tests/lib/scenario.c tests/lib/scenario.h \
	tests/lib/scenario_keys.c tests/lib/scenario_keys.h \
	tests/scenarios/decision_mode.c \
	tests/scenarios/milter_mode.c \
	tests/scenarios/modes.h \
	tests/scenarios/outcome.c tests/scenarios/outcome.h \
	tests/scenarios/policy_mode.c \
	tests/scenarios/runner.c \
	tests/scenarios/verdict_lines.c tests/scenarios/verdict_lines.h
tests_scenarios_runner_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_scenarios_runner_LDADD = $(daemon_libs)

bench_programs = tests/bench/decision_bench tests/bench/hostile_bench tests/bench/milter_load tests/bench/noop_milter \
	tests/bench/door_load tests/bench/noop_policy
EXTRA_PROGRAMS += $(bench_programs)
MOSTLYCLEANFILES = $(bench_programs)
tests_bench_decision_bench_SOURCES = tests/bench/decision_bench.c
tests_bench_decision_bench_LDADD = $(config_libs)
tests_bench_hostile_bench_SOURCES = tests/bench/hostile_bench.c
tests_bench_hostile_bench_LDADD = $(config_libs)
latency_sources = tests/bench/latency.c tests/bench/latency.h
tests_bench_door_load_SOURCES = $(latency_sources) tests/bench/door_load.c
tests_bench_door_load_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/bench
tests_bench_door_load_LDADD = $(daemon_libs)
tests_bench_milter_load_SOURCES = $(mock_mta_sources) $(latency_sources) tests/bench/milter_load.c
tests_bench_milter_load_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib -I$(top_srcdir)/tests/bench
tests_bench_milter_load_LDADD = $(core_libs) $(PTHREAD_LIBS)
tests_bench_noop_policy_SOURCES = tests/bench/noop_policy.c
tests_bench_noop_milter_SOURCES = tests/bench/noop_milter.c
tests_bench_noop_milter_LDADD = $(daemon_libs)

.PHONY: bench-programs
bench-programs: $(bench_programs)
