/* SPDX-License-Identifier: MIT */
/*
 * What Postfix has set, for who does not want to write it a second time. Runs
 * postconf(1); knows nothing of the policy that it is asked for.
 */
#include "config/postfix_settings.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "config/child.h"
#include "config/values.h"
#include "mail/domain.h"
#include "util/memory.h"

/* As it was found when this was built, and where it is elsewhere. */
static const char *const programs[] = {
	POSTCONF,
	"/usr/sbin/postconf",
	"/usr/local/sbin/postconf",
	"/usr/bin/postconf",
	"/opt/postfix/sbin/postconf",
};

/* Its words, of which those behind the option are in the order of enum parameter. */
static const char *const words[] = {
	"postconf",
	"-x",
	"myorigin",
	"myhostname",
	"append_at_myorigin",
	"mydomain",
	"append_dot_mydomain",
	"recipient_delimiter",
	"multi_instance_directories",
	"alternate_config_directories",
	NULL,
};

const char *postconf_find(void)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		if (access(programs[i], X_OK) == 0)
			return programs[i];
	return NULL;
}

/* Postfix reads the name from a file where it begins with a slash (postconf(5), myorigin); or NULL. The caller frees it. */
static char *read_name_in(const char *path)
{
	char text[DOMAIN_SIZE + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t length = -1;
	struct stat st;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		length = read(fd, text, sizeof text - 1);
	(void)close(fd);
	if (length <= 0)
		return NULL;
	text[length] = '\0';
	return xstrndup(text, strcspn(text, " \t\r\n"));
}

/* In its one form; NULL where it is none. The caller frees it. */
static char *domain_from(const char *text)
{
	char domain[DOMAIN_SIZE];

	if (text == NULL || domain_normalise(text, strlen(text), domain) != DOMAIN_OK || domain[0] == '[')
		return NULL;
	return xstrdup(domain);
}

static char *origin_from(const char *text)
{
	char *name, *domain;

	if (text == NULL)
		return NULL;
	name = text[0] == '/' ? read_name_in(text) : xstrdup(text);
	domain = domain_from(name);
	free(name);
	return domain;
}

/* What is asked for, in this order. */
enum parameter {
	MYORIGIN,
	MYHOSTNAME,
	APPEND_AT_MYORIGIN,
	MYDOMAIN,
	APPEND_DOT_MYDOMAIN,
	RECIPIENT_DELIMITER,
	MULTI_INSTANCE_DIRECTORIES,
	ALTERNATE_CONFIG_DIRECTORIES,
	PARAMETERS,
};

/* The first line of each; NULL: it was not there. */
static void find_values(char *text, const char *values_r[PARAMETERS])
{
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		char *equals = strstr(line, " =");

		for (size_t i = 0; i < PARAMETERS && equals != NULL; i++) {
			if (strncmp(words[i + 2], line, (size_t)(equals - line)) != 0 ||
			    words[i + 2][equals - line] != '\0' || values_r[i] != NULL)
				continue;
			values_r[i] = equals + 2 + strspn(equals + 2, " ");
		}
	}
}

static bool is_value(const char *value, const char *wanted)
{
	return value != NULL && strcmp(value, wanted) == 0;
}

/* What is appended to an address without domain; NULL: cannot tell. The caller frees it. */
static char *origin_of(const char *const values[PARAMETERS])
{
	if (is_value(values[APPEND_AT_MYORIGIN], "no"))
		return domain_from(values[MYHOSTNAME]);
	return is_value(values[APPEND_AT_MYORIGIN], "yes") ? origin_from(values[MYORIGIN]) : NULL;
}

/* What is appended to a domain without a dot; NULL: cannot tell. The caller frees it. */
static char *mydomain_of(const char *const values[PARAMETERS])
{
	if (is_value(values[APPEND_DOT_MYDOMAIN], "no"))
		return xstrdup("");
	return is_value(values[APPEND_DOT_MYDOMAIN], "yes") ? domain_from(values[MYDOMAIN]) : NULL;
}

enum postfix_answer postfix_settings_read(char *text, struct postfix_settings *settings_r)
{
	const char *values[PARAMETERS] = {NULL};

	*settings_r = (struct postfix_settings){0};
	find_values(text, values);
	if (!is_value(values[MULTI_INSTANCE_DIRECTORIES], "") ||
	    !is_value(values[ALTERNATE_CONFIG_DIRECTORIES], ""))
		return POSTFIX_SEVERAL;
	*settings_r =
		(struct postfix_settings){.myorigin = origin_of(values), .mydomain = mydomain_of(values)};
	if (values[RECIPIENT_DELIMITER] != NULL && values_is_delimiter(values[RECIPIENT_DELIMITER]))
		settings_r->recipient_delimiter = xstrdup(values[RECIPIENT_DELIMITER]);
	return POSTFIX_ANSWERED;
}

enum postfix_answer postfix_settings_ask(struct postfix_settings *settings_r)
{
	const char *directory = getenv("MAIL_CONFIG"), *environment[] = {"LC_ALL=C", NULL, NULL}, *why;
	const struct child postconf = {.program = postconf_find(),
				       .words = words,
				       .environment = environment,
				       .output_max = POSTFIX_SETTINGS_SIZE_MAX,
				       .patience_ms = POSTFIX_SETTINGS_PATIENCE_MS};
	enum postfix_answer answer = POSTFIX_FAILED;
	struct strbuf variable = {0}, text = {0};

	*settings_r = (struct postfix_settings){0};
	if (postconf.program == NULL)
		return POSTFIX_NOT_ASKED;
	if (directory != NULL) {
		strbuf_printf(&variable, "MAIL_CONFIG=%s", directory);
		environment[1] = variable.text;
	}
	if (child_run(&postconf, &text, &why) && memchr(strbuf_text(&text), '\0', text.length) == NULL) {
		char *said = strbuf_take(&text);

		answer = postfix_settings_read(said, settings_r);
		free(said);
	}
	strbuf_fini(&text);
	strbuf_fini(&variable);
	return answer;
}

void postfix_settings_fini(struct postfix_settings *settings)
{
	free(settings->myorigin);
	free(settings->mydomain);
	free(settings->recipient_delimiter);
	*settings = (struct postfix_settings){0};
}
