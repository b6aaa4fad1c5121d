/* SPDX-License-Identifier: MIT */
/* Which metrics there are, and where their numbers come from. Knows no format. */
#include "metrics/collect.h"

#include <stdlib.h>
#include <string.h>

#include "run/counters.h"
#include "run/process.h"
#include "run/snapshot.h"
#include "run/verdict_counters.h"

/* Of entries of certificates, as of names of connectors: no more series than this. */
#define SERIES_MAX VERDICT_COUNTERS_NAMES_MAX

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* How services are called in the log: "policy-service". */
struct door {
	char text[32];
};

static const char *door_of(enum counted_service service, struct door *door)
{
	const char *key = counters_service_name(service);
	size_t length = strlen(key) < sizeof door->text ? strlen(key) : sizeof door->text - 1;

	for (size_t i = 0; i < length; i++)
		door->text[i] = key[i];
	door->text[length] = '\0';
	for (char *at = door->text; *at != '\0'; at++)
		if (*at == '_')
			*at = '-';
	return door->text;
}

static void add_one(struct exposition *out, const struct metric *metric, double value)
{
	exposition_begin(out, metric);
	exposition_real(out, NULL, 0, value);
}

static void add_count(struct exposition *out, const struct metric *metric, uint64_t value)
{
	exposition_begin(out, metric);
	exposition_number(out, NULL, 0, value);
}

static void add_infos(struct exposition *out, const struct config *config)
{
	static const struct metric build = {"forcedtls_build", METRIC_INFO, "The version of forcedtlsd."};
	static const struct metric policy = {"forcedtls_policy", METRIC_INFO, "The policy in force."};
	const struct label version = {"version", PACKAGE_VERSION};
	const struct label labels[] = {{"digest", config->digest}, {"mode", mode_name(config->policy->mode)}};

	exposition_begin(out, &build);
	exposition_number(out, &version, 1, 1);
	exposition_begin(out, &policy);
	exposition_number(out, labels, COUNT(labels), 1);
}

static void collect_verdict(void *context, const struct verdict_count *count)
{
	struct exposition *out = context;
	struct strbuf verdict = {0};
	struct door door;

	strbuf_printf(&verdict, "%s%s", count->tested ? "would-" : "", verdict_name(count->verdict));
	exposition_number(out,
			  (const struct label[]){{"door", door_of(count->service, &door)},
						 {"connector", count->connector},
						 {"verdict", verdict.text},
						 {"reason", reason_name(count->reason)},
						 {"mode", mode_name(count->mode)}},
			  5, count->count);
	strbuf_fini(&verdict);
}

static void add_answer(void *context, const struct answer_count *count)
{
	exposition_number(context,
			  (const struct label[]){{"connector", count->connector},
						 {"answer", tls_policy_result_name(count->result)}},
			  2, count->count);
}

static void add_verdicts(struct exposition *out)
{
	static const struct metric verdicts = {"forcedtls_verdicts", METRIC_COUNTER,
					       "Verdicts on recipients and messages."};
	static const struct metric answers = {"forcedtls_tls_policy_answers", METRIC_COUNTER,
					      "Answers to Postfix about mail that leaves."};

	exposition_begin(out, &verdicts);
	verdict_counters_each(collect_verdict, out);
	exposition_begin(out, &answers);
	verdict_counters_each_answer(add_answer, out);
}

static const char *version_text(int version)
{
	return version == COUNTERS_PLAINTEXT ? "none" : tls_version_name((enum tls_version)version);
}

static void add_smtp_sessions_of(struct exposition *out, enum counted_service service)
{
	struct door door;

	for (int version = 0; version < COUNTERS_VERSIONS; version++)
		for (int state = 0; state < COUNTERS_CERTIFICATES; state++) {
			enum certificate_state certificate = (enum certificate_state)state;
			uint64_t sessions = counters_smtp_sessions(service, version, certificate);

			if (sessions > 0)
				exposition_number(
					out,
					(const struct label[]){
						{"door", door_of(service, &door)},
						{"tls_version", version_text(version)},
						{"certificate", certificate_state_name(certificate)}},
					3, sessions);
		}
}

static void add_sessions(struct exposition *out)
{
	static const struct metric sessions = {"forcedtls_sessions", METRIC_COUNTER,
					       "SMTP sessions in which a recipient was judged."};
	static const struct metric open = {"forcedtls_sessions_open", METRIC_GAUGE,
					   "Connections to a socket of the daemon."};
	struct door door;

	exposition_begin(out, &sessions);
	for (int i = 0; i < COUNTED_SERVICES; i++)
		add_smtp_sessions_of(out, (enum counted_service)i);
	exposition_begin(out, &open);
	for (int i = 0; i < COUNTED_SERVICES; i++) {
		const struct label label = {"door", door_of((enum counted_service)i, &door)};

		exposition_number(out, &label, 1, counters_service((enum counted_service)i).open);
	}
}

static void add_requests(struct exposition *out)
{
	static const struct metric requests = {"forcedtls_door_requests", METRIC_COUNTER,
					       "Requests at a socket of the daemon."};
	struct door door;

	exposition_begin(out, &requests);
	for (int i = 0; i < COUNTED_SERVICES; i++) {
		struct service_count count = counters_service((enum counted_service)i);
		const struct label served[] = {{"door", door_of((enum counted_service)i, &door)},
					       {"result", "ok"}},
				   malformed[] = {served[0], {"result", "malformed"}};

		exposition_number(out, served, 2, count.requests);
		exposition_number(out, malformed, 2, count.malformed);
	}
}

static void add_decisions(struct exposition *out)
{
	static const struct metric metric = {"forcedtls_decision_seconds", METRIC_HISTOGRAM,
					     "How long it took to reach a verdict."};
	struct decision_times times = counters_decisions();
	double bounds[COUNTERS_BUCKETS - 1];
	uint64_t bound_ns = COUNTERS_FIRST_BOUND_NS;

	for (size_t i = 0; i < COUNT(bounds); i++, bound_ns *= 8)
		bounds[i] = (double)bound_ns / 1e9;
	exposition_begin(out, &metric);
	exposition_histogram(out, bounds, COUNT(bounds), times.buckets, (double)times.sum_ns / 1e9);
}

static void collect_policy(struct exposition *out, const struct config *config)
{
	static const struct metric reloads = {"forcedtls_reloads", METRIC_COUNTER,
					      "Reloads of the policy, by what came of them."};
	static const struct metric last = {"forcedtls_last_reload_successful", METRIC_GAUGE,
					   "1 unless the last reload of the policy failed."};
	static const struct metric loaded = {"forcedtls_policy_loaded_timestamp_seconds", METRIC_GAUGE,
					     "When the policy in force was read."};
	static const struct metric connectors = {"forcedtls_policy_connectors", METRIC_GAUGE,
						 "Connectors of the policy in force."};
	const struct policy *policy = config->policy;
	uint64_t tested = 0;

	for (size_t i = 0; i < policy->connector_count; i++)
		tested += policy_tests(policy, policy->connectors[i]);
	exposition_begin(out, &reloads);
	exposition_number(out, &(const struct label){"result", "ok"}, 1, counters_reloads(true));
	exposition_number(out, &(const struct label){"result", "failed"}, 1, counters_reloads(false));
	add_count(out, &last, counters_reload_failed() ? 0 : 1);
	add_one(out, &loaded, (double)counters_policy_time());
	exposition_begin(out, &connectors);
	exposition_number(out, &(const struct label){"mode", "enforce"}, 1, policy->connector_count - tested);
	exposition_number(out, &(const struct label){"mode", "test"}, 1, tested);
	exposition_number(out, &(const struct label){"mode", "disabled"}, 1, config->disabled_count);
}

/* The first second after a day. */
static double end_of(date_t day)
{
	return (double)date_begin(date_add_days(day, 1));
}

/* A connector, and when the last of its entries ends. */
struct ending {
	const char *connector;
	date_t day;
};

static int collect_compare_endings(const void *a, const void *b)
{
	const struct ending *one = a, *other = b;

	if (one->day != other->day)
		return one->day < other->day ? -1 : 1;
	return strcmp(one->connector, other->connector);
}

static void add_endings(struct exposition *out, const struct policy *policy)
{
	static const struct metric metric = {"forcedtls_certificate_entry_end_timestamp_seconds",
					     METRIC_GAUGE,
					     "When the last certificate entry of a connector ends."};
	struct ending *list = xcalloc(policy->connector_count, sizeof *list);
	size_t count = 0;

	for (size_t i = 0; i < policy->connector_count; i++) {
		date_t day = require_last_day(&policy->connectors[i]->require);

		if (day != 0)
			list[count++] = (struct ending){policy->connectors[i]->name, day};
	}
	if (count > 0)
		qsort(list, count, sizeof *list, collect_compare_endings);
	exposition_begin(out, &metric);
	for (size_t i = 0; i < count && i < SERIES_MAX; i++)
		exposition_real(out, &(const struct label){"connector", list[i].connector}, 1,
				end_of(list[i].day));
	free(list);
}

static void add_process(struct exposition *out, time_t started)
{
	static const struct metric cpu = {"process_cpu_seconds", METRIC_COUNTER,
					  "Total user and system CPU time spent in seconds."},
				   resident = {"process_resident_memory_bytes", METRIC_GAUGE,
					       "Resident memory size in bytes."},
				   virtual = {"process_virtual_memory_bytes", METRIC_GAUGE,
					      "Virtual memory size in bytes."},
				   start = {"process_start_time_seconds", METRIC_GAUGE,
					    "Start time of the process since unix epoch in seconds."},
				   open = {"process_open_fds", METRIC_GAUGE,
					   "Number of open file descriptors."},
				   max = {"process_max_fds", METRIC_GAUGE,
					  "Maximum number of open file descriptors."};

	add_one(out, &cpu, process_cpu_seconds());
	add_count(out, &resident, process_resident_bytes());
	add_count(out, &virtual, process_virtual_bytes());
	add_count(out, &start, (uint64_t)started);
	add_count(out, &open, process_open_files());
	add_count(out, &max, process_max_files());
}

void metrics_collect(const struct service_context *context, struct exposition *exposition)
{
	static const struct metric lost = {"forcedtls_log_lines_lost", METRIC_COUNTER,
					   "Lines of the log that nobody took."};
	struct snapshot *snapshot = snapshot_acquire();
	const struct config *config = snapshot_config(snapshot);

	add_infos(exposition, config);
	add_verdicts(exposition);
	add_sessions(exposition);
	add_requests(exposition);
	add_decisions(exposition);
	collect_policy(exposition, config);
	add_endings(exposition, config->policy);
	add_count(exposition, &lost, counters_lines_lost());
	add_process(exposition, context->started);
	exposition_end(exposition);
	snapshot_release(&snapshot);
}
