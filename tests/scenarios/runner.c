/* SPDX-License-Identifier: MIT */
/*
 * Runs scenario files in one of three modes and prints the result as TAP: one
 * point a session. Must not know how a session is judged.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"
#include "modes.h"
#include "outcome.h"
#include "policy_text.h"
#include "scenario.h"

enum mode_of_run {
	RUN_DECISION,
	RUN_MILTER,
	RUN_POLICY,
};

struct run {
	enum mode_of_run mode;
	const char *forcedtlsd; /* NULL in decision mode */
	const struct scenario *scenario;
	const struct group *group;
	const char *variant; /* " [reversed]" or "" */
	struct decision_judge *decision;
	struct milter_judge *milter;
	struct policy_judge *policy;
	size_t points;
	size_t skipped;
	size_t failures;
};

/* text without its last line end, as TAP comments. */
static void print_comments(const char *text)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");

		(void)printf("#   %.*s\n", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

static void print_point(struct run *run, size_t line, const char *name, const char *mta,
			const struct strbuf *problems)
{
	const char *file = strrchr(run->scenario->path, '/');
	bool good = problems->length == 0;

	run->points++;
	run->failures += good ? 0u : 1u;
	(void)printf("%s %zu - %s:%zu: %s%s%s\n", good ? "ok" : "not ok", run->points,
		     file != NULL ? file + 1 : run->scenario->path, line, name, mta, run->variant);
	if (!good)
		print_comments(problems->text);
}

static void print_skip(struct run *run, const struct session *session, const char *suffix, const char *why)
{
	run->skipped++;
	(void)printf("ok %zu - %s%s%s # SKIP %s\n", ++run->points, session_get(session, KEY_NAME), suffix,
		     run->variant, why);
}

static bool judge_session(struct run *run, const struct session *session, enum mock_mta_kind mta,
			  struct outcome *outcome_r, const char **skipped_r, struct strbuf *problems)
{
	switch (run->mode) {
	case RUN_DECISION:
		return decision_judge_session(run->decision, session, mta, outcome_r, problems);
	case RUN_MILTER:
		return milter_judge_session(run->milter, session, mta, outcome_r, problems);
	case RUN_POLICY:
		return policy_judge_session(run->policy, session, mta, outcome_r, skipped_r, problems);
	}
	return false;
}

static void run_session(struct run *run, const struct session *session, enum mock_mta_kind mta)
{
	const char *suffix = !run->group->any_mta ? "" : mta == MOCK_POSTFIX ? " [postfix]" : " [sendmail]";
	const char *skipped = NULL;
	struct outcome outcome = {0};
	struct strbuf problems = {0};

	if (run->mode != RUN_DECISION && session_given(session, KEY_DATE)) {
		print_skip(run, session, suffix, "the daemon has its own date");
		return;
	}
	if (run->mode == RUN_POLICY && run->group->milter_alone) {
		print_skip(run, session, suffix, "about a milter alone");
		return;
	}
	if (judge_session(run, session, mta, &outcome, &skipped, &problems))
		outcome_check(session, &outcome, &problems);
	if (skipped != NULL)
		print_skip(run, session, suffix, skipped);
	else
		print_point(run, session->line, session_get(session, KEY_NAME), suffix, &problems);
	outcome_fini(&outcome);
	strbuf_fini(&problems);
}

static void run_sessions(struct run *run)
{
	const struct group *group = run->group;

	for (int mta = MOCK_POSTFIX; mta <= MOCK_SENDMAIL; mta++)
		for (size_t i = 0; i < group->session_count; i++) {
			const struct session *session = &group->sessions[i];
			bool sendmail = session_is(session, KEY_MTA, "sendmail");

			if (group->any_mta || sendmail == (mta == MOCK_SENDMAIL))
				run_session(run, session, (enum mock_mta_kind)mta);
		}
}

/* The policy and its sessions, with a judge of their own. */
static void run_variant(struct run *run, const char *policy, const char *variant)
{
	struct strbuf problems = {0};
	struct strbuf name = {0};
	bool ready;

	run->variant = variant;
	strbuf_printf(&name, "%s:%zu(policy)", run->scenario->path, run->group->line);
	if (run->mode == RUN_MILTER)
		run->milter = milter_judge_new(run->forcedtlsd, policy, &problems);
	else if (run->mode == RUN_POLICY)
		run->policy = policy_judge_new(run->forcedtlsd, policy, &problems);
	else
		run->decision = decision_judge_new(name.text, policy, &problems);
	ready = run->milter != NULL || run->policy != NULL || run->decision != NULL;
	if (ready)
		run_sessions(run);
	milter_judge_free(&run->milter, &problems);
	policy_judge_free(&run->policy, &problems);
	decision_judge_free(&run->decision);
	if (!ready || problems.length > 0)
		print_point(run, run->group->line, "the policy of this document", "", &problems);
	strbuf_fini(&problems);
	strbuf_fini(&name);
}

static void run_file(struct run *run, const char *path)
{
	struct scenario scenario;
	struct strbuf problems = {0};
	bool good = scenario_load(path, &scenario, stdout);

	run->scenario = &scenario;
	run->variant = "";
	if (!good) {
		strbuf_puts(&problems, "the scenario file is wrong, see above\n");
		print_point(run, 1, "scenario file", "", &problems);
	}
	for (size_t i = 0; good && i < scenario.group_count; i++) {
		run->group = &scenario.groups[i];
		run_variant(run, run->group->policy, "");
		if (run->group->any_order) {
			char *reversed = policy_text_reversed(run->group->policy);

			run_variant(run, reversed, " [reversed]");
			free(reversed);
		}
	}
	strbuf_fini(&problems);
	run->group = NULL;
	run->scenario = NULL;
	scenario_fini(&scenario);
}

static bool parse_mode(struct run *run, int argc, char **argv)
{
	if (argc >= 3 && strcmp(argv[1], "decision") == 0)
		return true;
	if (argc < 4)
		return false;
	run->forcedtlsd = argv[2];
	run->mode = strcmp(argv[1], "milter") == 0 ? RUN_MILTER : RUN_POLICY;
	return run->mode == RUN_MILTER || strcmp(argv[1], "policy") == 0;
}

int main(int argc, char **argv)
{
	struct run run = {0};

	if (!parse_mode(&run, argc, argv)) {
		(void)fprintf(stderr,
			      "usage: runner decision FILE...\n       runner milter FORCEDTLSD FILE...\n"
			      "       runner policy FORCEDTLSD FILE...\n");
		return 64;
	}
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = run.mode == RUN_DECISION ? 2 : 3; i < argc; i++)
		run_file(&run, argv[i]);
	(void)printf("1..%zu\n# judged: %zu\n", run.points, run.points - run.skipped);
	return run.failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
