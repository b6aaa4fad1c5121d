/* SPDX-License-Identifier: MIT */
/*
 * forcedtls doctor: does this MTA enforce what the policy promises? Reads the
 * command line; what is looked at, and how, is in src/doctor.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/control_client.h"
#include "cli/json.h"
#include "config/config.h"
#include "config/control_socket.h"
#include "doctor/doctor.h"
#include "doctor/print.h"
#include "util/memory.h"

#define EXIT_NOTHING 0
#define EXIT_WARNING 1
#define EXIT_ERROR 2

struct request {
	const char *config;
	char **postfix;
	size_t postfix_count;
	size_t postfix_capacity;
	const char *sendmail;
	bool live;
	bool json;
};

static int doctor_usage(void)
{
	fprintf(stderr, "usage: forcedtls doctor [-c FILE] [--postfix-config DIR] ... [--sendmail FILE] "
			"[--live] [--json]\n");
	return EX_USAGE;
}

static bool doctor_print(const struct request *request, const struct diagnosis *diagnosis,
			 const struct policy *policy)
{
	json_t *json;
	bool printed;

	if (!request->json)
		return diagnosis_print(diagnosis, policy);
	json = diagnosis_json(diagnosis, policy, request->config);
	printed = cli_json_print(json);
	json_decref(json);
	return printed;
}

static int doctor_status_of(const struct diagnosis *diagnosis)
{
	switch (findings_worst(&diagnosis->findings)) {
	case FINDING_NOTE:
		break;
	case FINDING_WARNING:
		return EXIT_WARNING;
	case FINDING_ERROR:
		return EXIT_ERROR;
	}
	return EXIT_NOTHING;
}

/* live_ask */
static json_t *doctor_ask(void *context, json_t *question)
{
	const struct request *request = context;
	int status;

	return control_ask("doctor", request->config, question, CONTROL_PATIENCE, &status);
}

/* What the daemon says of itself; NULL: none can be asked by us, and nothing is said of it. */
static json_t *ask_status(const struct request *request)
{
	char *path = config_control_socket(request->config);
	json_t *answer = NULL;
	int status;

	if (access(path, W_OK) == 0)
		answer = control_ask("doctor", request->config, json_pack("{s:s}", "command", "status"),
				     CONTROL_PATIENCE_TOLD, &status);
	free(path);
	return answer;
}

/* For forcedtls status. */
static void tell_daemon(const struct request *request, const struct findings *findings)
{
	int counts[] = {0, 0, 0}, status;

	for (size_t i = 0; i < findings->count; i++)
		counts[findings->list[i].severity]++;
	json_decref(control_ask("doctor", request->config,
				json_pack("{s:s, s:i, s:i}", "command", "doctored", "errors",
					  counts[FINDING_ERROR], "warnings", counts[FINDING_WARNING]),
				CONTROL_PATIENCE_TOLD, &status));
}

static int examine(struct request *request)
{
	json_t *daemon = ask_status(request);
	const json_t *running = json_object_get(daemon, "policy");
	const struct patient patient = {.policy_file = request->config,
					.running_file = json_string_value(json_object_get(running, "file")),
					.running_digest =
						json_string_value(json_object_get(running, "digest")),
					.ask = request->live ? doctor_ask : NULL,
					.ask_context = request,
					.postfix_directories = request->postfix,
					.postfix_directory_count = request->postfix_count,
					.sendmail_file = request->sendmail};
	struct config *config = cli_load(request->config);
	struct diagnosis diagnosis = {0};
	int status = EX_CONFIG;

	if (config == NULL)
		;
	else if (!doctor_examine(&patient, config, &diagnosis))
		status = EX_UNAVAILABLE;
	else if (!doctor_print(request, &diagnosis, config->policy))
		status = EX_IOERR;
	else
		status = doctor_status_of(&diagnosis);
	if (status <= EXIT_ERROR && daemon != NULL)
		tell_daemon(request, &diagnosis.findings);
	diagnosis_fini(&diagnosis);
	config_free(&config);
	json_decref(daemon);
	return status;
}

int cli_doctor(int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'},
						{"live", no_argument, NULL, 'l'},
						{"postfix-config", required_argument, NULL, 'p'},
						{"sendmail", required_argument, NULL, 's'},
						{0}};
	struct request request = {.config = CONFIG_DEFAULT_PATH};
	int option, status = EX_OK;

	while (status == EX_OK && (option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (option == 'c') {
			request.config = optarg;
		} else if (option == 'j') {
			request.json = true;
		} else if (option == 'l') {
			request.live = true;
		} else if (option == 'p') {
			*VECTOR_ADD(request.postfix, request.postfix_count, request.postfix_capacity) =
				optarg;
		} else if (option == 's') {
			request.sendmail = optarg;
		} else {
			status = doctor_usage();
		}
	}
	if (status == EX_OK && optind < argc)
		status = doctor_usage();
	if (status == EX_OK)
		status = examine(&request);
	free(request.postfix);
	return status;
}
