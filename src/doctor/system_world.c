/* SPDX-License-Identifier: MIT */
/* Looks at files, and keeps what came of going to sockets: several services go to the same one. */
#include "doctor/system_world.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor/reach.h"
#include "util/memory.h"

#define CERTIFICATES_COUNTED 500

struct visit {
	char *key; /* who went where */
	enum reach reach;
};

struct system_world {
	struct visit *visits;
	size_t visit_count;
	size_t visit_capacity;
};

struct system_world *system_world_new(void)
{
	return xcalloc(1, sizeof(struct system_world));
}

void system_world_free(struct system_world **system)
{
	struct system_world *old = *system;

	*system = NULL;
	if (old == NULL)
		return;
	for (size_t i = 0; i < old->visit_count; i++)
		free(old->visits[i].key);
	free(old->visits);
	free(old);
}

static const char *text_or(const char *text)
{
	return text != NULL ? text : "-";
}

/* world.reach */
static enum reach go(void *context, const struct visitor *visitor, const struct endpoint *endpoint,
		     enum protocol protocol)
{
	struct system_world *system = context;
	struct strbuf key = {0};
	enum reach reach;

	strbuf_printf(&key, "%s\n%s\n%s\n%s\n%s\n%s\n%d", text_or(visitor->user), text_or(visitor->root),
		      text_or(visitor->directory), text_or(endpoint->path), text_or(endpoint->host),
		      text_or(endpoint->port), (int)protocol);
	for (size_t i = 0; i < system->visit_count; i++) {
		if (strcmp(system->visits[i].key, key.text) == 0) {
			strbuf_fini(&key);
			return system->visits[i].reach;
		}
	}
	reach = reach_try(visitor, endpoint, protocol);
	*VECTOR_ADD(system->visits, system->visit_count, system->visit_capacity) =
		(struct visit){strbuf_take(&key), reach};
	return reach;
}

/* world.group */
static char *group(void *context, const char *user)
{
	const struct passwd *passwd = getpwnam(user);
	const struct group *own = passwd != NULL ? getgrgid(passwd->pw_gid) : NULL;

	(void)context;
	return own != NULL ? xstrdup(own->gr_name) : NULL;
}

/* world.certificates */
static enum certificate_file look_for_certificates(void *context, const char *path, int *count_r)
{
	FILE *in = fopen(path, "re");
	struct stat status;
	X509 *certificate;

	(void)context;
	*count_r = 0;
	if (in == NULL)
		return errno == EACCES && geteuid() != 0 ? CERTIFICATE_FILE_UNTRIED
							 : CERTIFICATE_FILE_MISSING;
	/* A pipe would never end. */
	if (fstat(fileno(in), &status) != 0 || !S_ISREG(status.st_mode)) {
		(void)fclose(in);
		return CERTIFICATE_FILE_MISSING;
	}
	while (*count_r < CERTIFICATES_COUNTED &&
	       (certificate = PEM_read_X509_AUX(in, NULL, NULL, NULL)) != NULL) {
		X509_free(certificate);
		(*count_r)++;
	}
	ERR_clear_error();
	(void)fclose(in);
	return *count_r > 0 ? CERTIFICATE_FILE_GOOD : CERTIFICATE_FILE_EMPTY;
}

/* world.is_directory */
static bool is_directory(void *context, const char *path)
{
	struct stat status;

	(void)context;
	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* world.readable */
static enum access_state readable(void *context, const char *user, const char *path)
{
	(void)context;
	return reach_can_read(user, path);
}

/* world.is_same_file */
static bool is_same_file(void *context, const char *path, const char *other)
{
	struct stat status, other_status;

	(void)context;
	return stat(path, &status) == 0 && stat(other, &other_status) == 0 &&
	       status.st_dev == other_status.st_dev && status.st_ino == other_status.st_ino;
}

/* world.mode */
static int mode(void *context, const char *path)
{
	struct stat status;

	(void)context;
	return stat(path, &status) == 0 ? (int)(status.st_mode & 07777) : -1;
}

struct world system_world_questions(struct system_world *system)
{
	return (struct world){.context = system,
			      .reach = go,
			      .group = group,
			      .certificates = look_for_certificates,
			      .is_directory = is_directory,
			      .readable = readable,
			      .is_same_file = is_same_file,
			      .mode = mode};
}
