/* SPDX-License-Identifier: MIT */
/* A fuzzer (tests/README.md). Requests of Postfix's policy delegation, read and answered. */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "util/memory.h"
#include "policy_service/policy_service.h"
#include "fuzz/must.h"
#include "policy_service/delegation.h"
#include "run/snapshot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char policy[] =
	"myorigin: example.org\n"
	"trace_header: true\n"
	"connectors:\n"
	"  - {name: everyone, senders: ['*'], require: {min_version: TLSv1.2}, on_failure: reject}\n"
	"  - {name: held, recipients: [held.example], require: {certificate: any}, on_failure: quarantine}\n"
	"  - {name: pinned, senders: [pinned.example], require: {certificate: {fingerprint: "
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855}}}\n"
	"  - {name: trial, mode: test, senders: [trial.example], require: tls}\n";

static void load_policy(void)
{
	struct diagnostics diagnostics = {0};
	struct config *config =
		config_load_bytes("p", (const unsigned char *)policy, sizeof policy - 1, &diagnostics);

	MUST(config != NULL);
	snapshot_publish(config);
	diagnostics_fini(&diagnostics);
}

/* Each verdict is logged to standard error: nobody wants to read so many. */
static enum stream_step serve_quietly(void *connection, const char *bytes, size_t length, size_t *used_r,
				      struct strbuf *answer)
{
	int error = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	enum stream_step step;

	MUST(error >= 0 && null >= 0 && dup2(null, STDERR_FILENO) >= 0);
	step = service_policy_service.stream.serve(connection, bytes, length, used_r, answer);
	MUST(dup2(error, STDERR_FILENO) >= 0 && close(error) == 0 && close(null) == 0);
	return step;
}

/* No fact says more than the attribute that it comes from. */
static void check_facts(const struct delegation_request *request)
{
	struct delegation_storage storage = {0};
	struct facts facts = {0};
	struct ip_endpoint server;
	bool names = (request->ccert_subject != NULL && *request->ccert_subject != '\0') ||
		     (request->ccert_issuer != NULL && *request->ccert_issuer != '\0');

	delegation_to_facts(request, &facts, &storage);
	MUST(facts.tls.present ==
	     (request->encryption_protocol != NULL && *request->encryption_protocol != '\0'));
	MUST(facts.tls.present || (facts.tls.bits == -1 && facts.tls.version == TLS_VERSION_UNKNOWN));
	MUST((facts.certificate.state == CERTIFICATE_VERIFIED) == names);
	MUST(facts.certificate.state != CERTIFICATE_UNTOLD);
	MUST(names || facts.certificate.subject_cn == NULL);
	MUST((facts.certificate.fingerprints.seen == FINGERPRINTS_UNSEEN) ==
	     (request->ccert_fingerprint == NULL && request->ccert_pubkey_fingerprint == NULL));
	MUST(facts.certificate.fingerprints.count <= FINGERPRINTS_MAX);
	MUST(facts.certificate.fingerprints.count == 0 ||
	     facts.certificate.fingerprints.seen == FINGERPRINTS_SHOWN);
	MUST(!facts.authenticated || *request->sasl_username != '\0');
	MUST(facts.client_port >= -1);
	server = delegation_server(request);
	MUST(server.port >= 0 && server.port <= UINT16_MAX);
	MUST((server.port == 0) == (server.address.family == 0));
	delegation_storage_fini(&storage);
}

static void check_parse(const uint8_t *data, size_t size)
{
	size_t length = delegation_length((const char *)data, size);
	struct delegation_request request;
	const char *error;
	char *text;

	MUST(length <= size);
	if (length == 0)
		return;
	text = xmalloc(length + 1);
	memcpy(text, data, length);
	text[length] = '\0';
	if (delegation_parse(text, length, &request, &error))
		check_facts(&request);
	else
		MUST(error != NULL);
	free(text);
}

/* One line that Postfix can read, and an empty one, whatever was asked. */
static void check_answer(const char *answer)
{
	static const char head[] = "action=";
	size_t length = strlen(answer);

	MUST(strncmp(answer, head, sizeof head - 1) == 0 && length > sizeof head + 1);
	MUST(strcspn(answer, "\r\n") == length - 2 && strcmp(answer + length - 2, "\n\n") == 0);
	MUST(strncmp(answer + 7, "DUNNO", 5) == 0 || strncmp(answer + 7, "451 4.", 6) == 0 ||
	     strncmp(answer + 7, "550 5.", 6) == 0 || strncmp(answer + 7, "HOLD ", 5) == 0 ||
	     strncmp(answer + 7, "PREPEND X-ForcedTLS: ", 21) == 0);
	for (size_t i = 0; i < length - 2; i++)
		MUST(answer[i] >= 0x20 && answer[i] < 0x7f);
}

static void check_service(const uint8_t *data, size_t size)
{
	void *connection = service_policy_service.stream.open(NULL, -1);
	size_t offset = 0, used = 0;
	struct strbuf answer = {0};

	while (offset < size && serve_quietly(connection, (const char *)data + offset, size - offset, &used,
					      &answer) == STREAM_DONE) {
		MUST(used > 0 && used <= size - offset);
		check_answer(answer.text);
		strbuf_fini(&answer);
		offset += used;
	}
	MUST(answer.length == 0);
	strbuf_fini(&answer);
	service_policy_service.stream.close(connection);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct snapshot *loaded = snapshot_acquire();

	if (loaded == NULL)
		load_policy();
	snapshot_release(&loaded);
	check_parse(data, size);
	check_service(data, size);
	return 0;
}
