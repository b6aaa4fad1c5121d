/* SPDX-License-Identifier: MIT */
/* A fuzzer (tests/README.md). What an SMTP server says to forcedtls doctor. */
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "doctor/smtp_client.h"
#include "fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* More than a socket takes at once needs somebody who reads meanwhile. */
#define SAID_MAX 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smtp_client client = {.fd = -1};
	int ends[2], code;

	if (size > SAID_MAX)
		return 0;
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	MUST(send(ends[1], data, size, 0) == (ssize_t)size && shutdown(ends[1], SHUT_WR) == 0);
	client.fd = ends[0];
	while ((code = smtp_client_say(&client, NULL)) >= 0)
		MUST(code < 600 && strlen(client.reply) < sizeof client.reply &&
		     strpbrk(client.reply, "\r\n") == NULL);
	smtp_client_fini(&client);
	MUST(close(ends[1]) == 0);
	return 0;
}
