/* SPDX-License-Identifier: MIT */
/*
 * The log under load, for the thread sanitizer and for plain runs: many threads
 * log more than is read. Each line arrives whole, those of a thread in their
 * order, and what does not arrive is counted: with what the log says was lost
 * it is all that was logged. Nobody waits for who reads, who does not begin
 * before all is said.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "run/log.h"

#define THREADS 8
#define LINES 5000
#define PATIENCE_MS 30000

struct talker {
	pthread_t thread;
	unsigned number;
};

struct seen {
	long next[THREADS]; /* the number of the line of each thread that may come next */
	long lines;
	long lost;
	long wrong;
};

static void *talk(void *argument)
{
	const struct talker *talker = argument;

	for (int i = 0; i < LINES; i++)
		log_line(LOG_SEVERITY_INFO, "thread %u line %d of %d", talker->number, i, LINES);
	return NULL;
}

/* Whether the line is one of ours, and comes behind those that it has to. */
static bool take(struct seen *seen, const char *text)
{
	int number, end = 0;
	unsigned thread;
	long lost;

	if (sscanf(text, "warning: %ld log lines were lost: syslog did not take them%n", &lost, &end) == 1 &&
	    end > 0 && text[end] == '\0') {
		seen->lost += lost;
		return true;
	}
	if (sscanf(text, "thread %u line %d of 5000%n", &thread, &number, &end) != 2 || text[end] != '\0' ||
	    thread >= THREADS || number < seen->next[thread])
		return false;
	seen->next[thread] = number + 1;
	seen->lines++;
	return true;
}

static void read_all(int log, struct seen *seen)
{
	struct pollfd event = {.fd = log, .events = POLLIN};
	char line[8192];

	while (seen->lines + seen->lost < (long)THREADS * LINES && poll(&event, 1, PATIENCE_MS) == 1) {
		ssize_t length = recv(log, line, sizeof line - 1, 0);
		const char *text;

		if (length < 0)
			break;
		line[length] = '\0';
		text = strstr(line, "]: ");
		if (text == NULL || !take(seen, text + 3)) {
			printf("# %s\n", line);
			seen->wrong++;
		}
	}
}

static int open_log(char *directory, struct sockaddr_un *address_r)
{
	int log = socket(AF_UNIX, SOCK_DGRAM, 0);

	*address_r = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (log < 0 || mkdtemp(directory) == NULL)
		return -1;
	(void)snprintf(address_r->sun_path, sizeof address_r->sun_path, "%s/log", directory);
	return bind(log, (const struct sockaddr *)address_r, sizeof *address_r) == 0 ? log : -1;
}

static bool talk_all(void)
{
	struct talker talkers[THREADS];

	for (unsigned i = 0; i < THREADS; i++) {
		talkers[i].number = i;
		if (pthread_create(&talkers[i].thread, NULL, talk, &talkers[i]) != 0)
			return false;
	}
	for (unsigned i = 0; i < THREADS; i++)
		if (pthread_join(talkers[i].thread, NULL) != 0)
			return false;
	return true;
}

int main(void)
{
	char directory[] = "/tmp/log_stress_XXXXXX";
	struct sockaddr_un address;
	struct seen seen = {0};
	bool good;
	int log = open_log(directory, &address);

	if (log < 0) {
		printf("Bail out! %s: %s\n", directory, strerror(errno));
		return EXIT_FAILURE;
	}
	log_to_syslog("forcedtlsd", address.sun_path, LOG_MAIL);
	good = log_start() && talk_all();
	if (good) {
		read_all(log, &seen);
		log_stop();
	}
	(void)unlink(address.sun_path);
	(void)rmdir(directory);
	printf("1..1\n# %ld lines, %ld lost, %ld wrong\n", seen.lines, seen.lost, seen.wrong);
	good = good && seen.wrong == 0 && seen.lost > 0 && seen.lines > 0 &&
	       seen.lines + seen.lost == (long)THREADS * LINES;
	printf("%s 1 - what is not read is counted, and nobody waits\n", good ? "ok" : "not ok");
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
