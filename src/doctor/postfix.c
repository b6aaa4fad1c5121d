/* SPDX-License-Identifier: MIT */
/* What postconf(1) prints, as data, and the questions that checks put to it. */
#include "doctor/postfix.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "doctor/expand.h"
#include "util/memory.h"

#define SETTINGS_MAX 20000
#define SERVICES_MAX 2000

static const char blanks[] = " \t\r";

/* Of two with one name the later stays. */
static void settings_add(struct setting **settings, const char *name, const char *value)
{
	struct setting *setting;

	HASH_FIND_STR(*settings, name, setting);
	if (setting == NULL && HASH_COUNT(*settings) < SETTINGS_MAX) {
		setting = xcalloc(1, sizeof *setting);
		setting->name = xstrdup(name);
		HASH_ADD_KEYPTR(hh, *settings, setting->name, strlen(name), setting);
	}
	if (setting == NULL)
		return;
	free(setting->value);
	setting->value = xstrdup(value);
}

static int compare_settings(const struct setting *a, const struct setting *b)
{
	return strcmp(a->name, b->name);
}

static void setting_free(struct setting *setting)
{
	free(setting->name);
	free(setting->value);
	free(setting);
}

static const char *settings_find(const struct setting *settings, const char *name)
{
	const struct setting *found;

	HASH_FIND_STR(settings, name, found);
	return found != NULL ? found->value : NULL;
}

/* Cuts "name = value" in two; false for any other line. */
static bool split_setting(char *line, char **value_r)
{
	char *equals = strchr(line, '='), *end;

	if (equals == NULL)
		return false;
	for (end = equals; end > line && strchr(blanks, end[-1]) != NULL; end--)
		;
	*end = '\0';
	*value_r = equals + 1 + strspn(equals + 1, blanks);
	for (end = *value_r + strlen(*value_r); end > *value_r && strchr(blanks, end[-1]) != NULL; end--)
		end[-1] = '\0';
	return *line != '\0' && line[strcspn(line, blanks)] == '\0';
}

void postfix_read_values(struct setting **settings, const char *text)
{
	char *line, *value;

	while ((line = next_line(&text)) != NULL) {
		if (split_setting(line, &value))
			settings_add(settings, line, value);
		free(line);
	}
	HASH_SORT(*settings, compare_settings);
}

/* "-" is what the compatibility level says. */
static bool is_chrooted(const struct postfix *postfix, const char *field)
{
	if (field[0] == '-') {
		const char *level = settings_find(postfix->values, "compatibility_level");

		return level == NULL || strtol(level, NULL, 10) < 1;
	}
	return field[0] == 'y';
}

/* The fields are those of master(5): name, type, private, unprivileged, chroot, wakeup, processes, command. */
static void read_service(struct postfix *postfix, const char *line)
{
	struct words fields = {0};
	struct service service;
	char *copy = xstrdup(line), *rest = NULL;

	for (char *field = strtok_r(copy, blanks, &rest); field != NULL && fields.count < 8;
	     field = strtok_r(NULL, blanks, &rest))
		words_add(&fields, field);
	free(copy);
	if (fields.count == 8 && postfix->service_count < SERVICES_MAX) {
		service = (struct service){.name = xstrdup(fields.list[0]),
					   .type = xstrdup(fields.list[1]),
					   .command = xstrdup(fields.list[7]),
					   .chroot = is_chrooted(postfix, fields.list[4]),
					   .privileged = fields.list[3][0] == 'n'};
		*VECTOR_ADD(postfix->services, postfix->service_count, postfix->service_capacity) = service;
	}
	words_fini(&fields);
}

void postfix_read_services(struct postfix *postfix, const char *text)
{
	char *line;

	while ((line = next_line(&text)) != NULL) {
		read_service(postfix, line);
		free(line);
	}
}

/* "name/type/parameter"; the name itself may have slashes in it. */
static void read_override(struct postfix *postfix, char *key, const char *value)
{
	char *parameter = strrchr(key, '/'), *type;

	if (parameter == NULL)
		return;
	*parameter++ = '\0';
	type = strrchr(key, '/');
	if (type == NULL)
		return;
	*type++ = '\0';
	for (size_t i = 0; i < postfix->service_count; i++) {
		struct service *service = &postfix->services[i];

		if (strcmp(service->name, key) == 0 && strcmp(service->type, type) == 0)
			settings_add(&service->overrides, parameter, value);
	}
}

void postfix_read_overrides(struct postfix *postfix, const char *text)
{
	char *line, *value;

	while ((line = next_line(&text)) != NULL) {
		if (split_setting(line, &value))
			read_override(postfix, line, value);
		free(line);
	}
}

void postfix_free(struct postfix **postfix)
{
	struct postfix *old = *postfix;

	*postfix = NULL;
	if (old == NULL)
		return;
	for (size_t i = 0; i < old->service_count; i++) {
		free(old->services[i].name);
		free(old->services[i].type);
		free(old->services[i].command);
		TABLE_FREE(old->services[i].overrides, setting_free);
	}
	free(old->services);
	TABLE_FREE(old->values, setting_free);
	TABLE_FREE(old->written, setting_free);
	free(old->directory);
	free(old);
}

const char *postfix_raw(const struct postfix *postfix, const struct service *service, const char *name)
{
	const char *value = service != NULL ? settings_find(service->overrides, name) : NULL;

	if (value == NULL)
		value = settings_find(postfix->values, name);
	return value != NULL ? value : settings_find(postfix->written, name);
}

struct scope {
	const struct postfix *postfix;
	const struct service *service;
};

/* expand_lookup */
static const char *setting_look_up(const void *context, const char *name)
{
	const struct scope *scope = context;

	return postfix_raw(scope->postfix, scope->service, name);
}

char *postfix_value(const struct postfix *postfix, const struct service *service, const char *name)
{
	const struct scope scope = {postfix, service};
	const char *raw = postfix_raw(postfix, service, name);

	return raw != NULL ? expand(raw, setting_look_up, &scope) : xstrdup("");
}

char *postfix_text(const struct postfix *postfix, const struct service *service, const char *name)
{
	char *value = postfix_value(postfix, service, name);

	return value != NULL ? value : xstrdup("");
}

bool postfix_has_value(const struct postfix *postfix, const struct service *service, const char *name,
		       const char *text)
{
	char *value = postfix_text(postfix, service, name);
	bool is = strcasecmp(value, text) == 0;

	free(value);
	return is;
}

bool postfix_yes(const struct postfix *postfix, const struct service *service, const char *name)
{
	return postfix_has_value(postfix, service, name, "yes");
}

void postfix_list(const struct postfix *postfix, const struct service *service, const char *name,
		  struct words *words_r)
{
	char *value = postfix_text(postfix, service, name);

	words_split(value, words_r);
	free(value);
}

bool postfix_overrides(const struct service *service, const char *name)
{
	return service != NULL && settings_find(service->overrides, name) != NULL;
}

bool postfix_is_since(const struct postfix *postfix, int major, int minor, int patch)
{
	const char *version = settings_find(postfix->values, "mail_version");
	long has[3] = {0, 0, -1}; /* a snapshot is one before the release that it leads to */
	const long wanted[3] = {major, minor, patch};

	for (size_t i = 0; i < 3 && version != NULL && isdigit((unsigned char)*version); i++) {
		char *end;

		has[i] = strtol(version, &end, 10);
		version = *end == '.' ? end + 1 : NULL;
	}
	for (size_t i = 0; i < 3; i++)
		if (has[i] != wanted[i])
			return has[i] > wanted[i];
	return true;
}

const struct service *postfix_find_service(const struct postfix *postfix, const char *name, const char *type)
{
	for (size_t i = 0; i < postfix->service_count; i++)
		if (strcmp(postfix->services[i].name, name) == 0 &&
		    strcmp(postfix->services[i].type, type) == 0)
			return &postfix->services[i];
	return NULL;
}

/* "inet", "smtp/inet", and as Postfix 2.6 to 2.10 wrote it "smtp.inet". */
static bool is_disabled_by(const struct service *service, const char *word)
{
	size_t length = strlen(service->name);

	if (strcmp(word, service->type) == 0)
		return true;
	return strncmp(word, service->name, length) == 0 && (word[length] == '/' || word[length] == '.') &&
	       strcmp(word + length + 1, service->type) == 0;
}

bool postfix_runs(const struct postfix *postfix, const struct service *service)
{
	struct words disabled;
	bool runs = true;

	postfix_list(postfix, NULL, "master_service_disable", &disabled);
	for (size_t i = 0; i < disabled.count && runs; i++)
		runs = !is_disabled_by(service, disabled.list[i]);
	words_fini(&disabled);
	return runs;
}
