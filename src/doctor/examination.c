/* SPDX-License-Identifier: MIT */
/* Findings, and the commands that mend what was found. */
#include "doctor/examination.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/check.h"
#include "util/memory.h"

void findings_end_check(struct findings *findings)
{
	for (size_t i = 0; i < findings->kept_count; i++)
		findings->kept[i].end(findings->kept[i].memory);
	findings->kept_count = 0;
}

void findings_fini(struct findings *findings)
{
	findings_end_check(findings);
	for (size_t i = 0; i < findings->count; i++) {
		struct finding *finding = &findings->list[i];

		free(finding->where);
		free(finding->text);
		words_fini(&finding->commands);
		words_fini(&finding->edits);
		free(finding->connectors);
	}
	free(findings->list);
	free(findings->kept);
	*findings = (struct findings){0};
}

enum finding_severity findings_worst(const struct findings *findings)
{
	enum finding_severity worst = FINDING_NOTE;

	for (size_t i = 0; i < findings->count; i++)
		if (findings->list[i].severity > worst)
			worst = findings->list[i].severity;
	return worst;
}

void *keep(const struct examination *examination, void *memory, void (*end)(void *memory))
{
	struct findings *findings = examination->findings;

	assert(memory != NULL);
	*VECTOR_ADD(findings->kept, findings->kept_count, findings->kept_capacity) =
		(struct kept){memory, end};
	return memory;
}

const char *setting(const struct examination *examination, const char *name)
{
	return keep(examination, postfix_text(examination->postfix, examination->service, name), free);
}

const char *main_setting(const struct examination *examination, const char *name)
{
	return keep(examination, postfix_text(examination->postfix, NULL, name), free);
}

static void end_list(void *list)
{
	words_fini(list);
	free(list);
}

struct words *setting_list(const struct examination *examination, const char *name)
{
	struct words *list = xcalloc(1, sizeof *list);

	postfix_list(examination->postfix, examination->service, name, list);
	return keep(examination, list, end_list);
}

bool setting_is(const struct examination *examination, const char *name, const char *value)
{
	return postfix_has_value(examination->postfix, examination->service, name, value);
}

/* Where a service is described, or main.cf; the directory of an instance that is not Postfix's own tells it from others. */
static char *examination_place(const struct examination *examination, const struct service *service)
{
	const struct postfix *postfix = examination->postfix;
	struct strbuf name = {0};

	if (postfix != NULL && postfix->directory != NULL)
		strbuf_printf(&name, "%s/", postfix->directory);
	if (service != NULL)
		strbuf_printf(&name, "master.cf: %s/%s", service->name, service->type);
	else
		strbuf_puts(&name, "main.cf");
	return strbuf_take(&name);
}

static struct finding *find_same(struct findings *findings, const struct check *check, const char *where,
				 const char *text)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->list[i].check == check && strcmp(findings->list[i].where, where) == 0 &&
		    strcmp(findings->list[i].text, text) == 0)
			return &findings->list[i];
	return NULL;
}

static void finding_add_connector(struct finding *finding, const struct connector *connector)
{
	*VECTOR_ADD(finding->connectors, finding->connector_count, finding->connector_capacity) = connector;
}

void finding_name_connector(struct finding *finding, const struct connector *connector)
{
	for (size_t i = 0; i < finding->connector_count; i++)
		if (finding->connectors[i] == connector)
			return;
	finding_add_connector(finding, connector);
}

static void name_connectors(const struct examination *examination, struct finding *finding,
			    connector_filter *filter)
{
	const struct policy *policy = examination->config->policy;

	for (size_t i = 0; i < policy->connector_count; i++)
		if (filter(policy->connectors[i]))
			finding_add_connector(finding, policy->connectors[i]);
}

/* place is the finding's then. */
static struct finding *add_finding(struct examination *examination, char *place, connector_filter *filter,
				   const char *format, va_list ap) __attribute__((format(printf, 4, 0)));
static struct finding *add_finding(struct examination *examination, char *place, connector_filter *filter,
				   const char *format, va_list ap)
{
	struct findings *findings = examination->findings;
	struct strbuf text = {0};
	struct finding *finding;

	assert(examination->check != NULL);
	strbuf_vprintf(&text, format, ap);
	finding = find_same(findings, examination->check, place, text.text);
	if (finding != NULL) {
		free(place);
		strbuf_fini(&text);
	} else {
		finding = VECTOR_ADD(findings->list, findings->count, findings->capacity);
		*finding = (struct finding){.check = examination->check,
					    .severity = examination->check->severity,
					    .where = place,
					    .text = strbuf_take(&text)};
	}
	if (filter != NULL && finding->connector_count == 0)
		name_connectors(examination, finding, filter);
	return finding;
}

struct finding *find(struct examination *examination, const char *where, connector_filter *filter,
		     const char *format, ...)
{
	struct finding *finding;
	char *place;
	va_list ap;

	if (where != NULL && strcmp(where, "main.cf") != 0)
		place = xstrdup(where);
	else
		place = examination_place(examination, where == NULL ? examination->service : NULL);
	va_start(ap, format);
	finding = add_finding(examination, place, filter, format, ap);
	va_end(ap);
	return finding;
}

struct finding *find_set(struct examination *examination, const char *name, connector_filter *filter,
			 const char *format, ...)
{
	const struct service *service = examination->service;
	struct finding *finding;
	va_list ap;

	va_start(ap, format);
	finding =
		add_finding(examination,
			    examination_place(examination, postfix_overrides(service, name) ? service : NULL),
			    filter, format, ap);
	va_end(ap);
	return finding;
}

bool any_connector(const struct examination *examination, connector_filter *filter)
{
	const struct policy *policy = examination->config->policy;

	for (size_t i = 0; i < policy->connector_count; i++)
		if (filter(policy->connectors[i]))
			return true;
	return false;
}

bool connector_selects(const struct connector *connector)
{
	return connector->has_require;
}

bool connector_arrives(const struct connector *connector)
{
	return connector->has_require && !connector->require.nothing;
}

bool connector_wants_fingerprint(const struct connector *connector)
{
	return connector_arrives(connector) && require_names_fingerprint(&connector->require);
}

bool connector_takes_any_certificate(const struct connector *connector)
{
	return connector_arrives(connector) && connector->require.any_certificate;
}

bool connector_wants_verified(const struct connector *connector)
{
	const struct require *require = &connector->require;

	if (connector->has_require && connector->has[SELECTOR_PRESENTING])
		return true;
	if (!connector_arrives(connector))
		return false;
	for (size_t i = 0; i < require->certificate_count; i++)
		if (require->certificates[i].has_subject || require->certificates[i].has_issuer)
			return true;
	return require->any_certificate;
}

bool connector_wants_certificate(const struct connector *connector)
{
	return connector_wants_verified(connector) || connector_wants_fingerprint(connector);
}

bool connector_wants_headers(const struct connector *connector)
{
	return connector_arrives(connector) && connector->header_from;
}

bool connector_wants_content(const struct connector *connector)
{
	return connector_wants_headers(connector) ||
	       (connector_arrives(connector) && connector->on_failure == ON_FAILURE_QUARANTINE);
}

bool connector_leaves(const struct connector *connector)
{
	return connector->has_tls_policy && !connector->tls_policy.nothing;
}

bool connector_judges_users(const struct connector *connector)
{
	if (!connector_arrives(connector))
		return false;
	for (size_t i = 0; i < connector->exception_count; i++) {
		const struct exception *exception = &connector->exceptions[i];

		if (exception->authenticated && exception->senders == NULL && exception->recipients == NULL &&
		    !exception->has_clients)
			return false;
	}
	return true;
}

/* What no shell takes for anything but itself, wherever it stands in a word. */
static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";

/* text as one word of a shell. */
static void add_quoted(struct strbuf *out, const char *text)
{
	if (*text != '\0' && text[strspn(text, plain)] == '\0') {
		strbuf_puts(out, text);
		return;
	}
	strbuf_putc(out, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			strbuf_puts(out, "'\\''");
		else
			strbuf_putc(out, *text);
	}
	strbuf_putc(out, '\'');
}

char *shell_word(const char *text)
{
	struct strbuf word = {0};

	add_quoted(&word, text);
	return strbuf_take(&word);
}

static void add_once(struct words *words, struct strbuf *text)
{
	if (!words_have(words, text->text))
		words_add(words, text->text);
	strbuf_fini(text);
}

void fix_command_words(struct finding *finding, const char *const *words)
{
	struct strbuf command = {0};

	for (size_t i = 0; words[i] != NULL; i++) {
		if (i > 0)
			strbuf_putc(&command, ' ');
		add_quoted(&command, words[i]);
	}
	add_once(&finding->commands, &command);
}

void fix_edit(struct finding *finding, const char *format, ...)
{
	struct strbuf edit = {0};
	va_list ap;

	va_start(ap, format);
	strbuf_vprintf(&edit, format, ap);
	va_end(ap);
	add_once(&finding->edits, &edit);
}

/* "postconf -c DIR OPTION TEXT" */
static void add_postconf(const struct examination *examination, struct finding *finding, const char *option,
			 const char *text)
{
	const char *directory = examination->postfix->directory;

	if (directory != NULL)
		fix_command(finding, "postconf", "-c", directory, option, text);
	else
		fix_command(finding, "postconf", option, text);
}

void fix_set_main(const struct examination *examination, struct finding *finding, const char *name,
		  const char *value)
{
	struct strbuf text = {0};

	strbuf_printf(&text, "%s =%s%s", name, *value != '\0' ? " " : "", value);
	add_postconf(examination, finding, "-e", text.text);
	strbuf_fini(&text);
}

/* "postconf -P" takes no blank in a value: it goes into main.cf under a name of its own then. */
static void set_override(const struct examination *examination, struct finding *finding, const char *name,
			 const char *value)
{
	const struct service *service = examination->service;
	struct strbuf text = {0}, own = {0};

	if (strpbrk(value, " \t") != NULL) {
		strbuf_printf(&own, "%s_%s", name, service->name);
		for (char *c = own.text; *c != '\0'; c++)
			if (strchr(".:[]-/", *c) != NULL)
				*c = '_';
		fix_set_main(examination, finding, own.text, value);
		strbuf_printf(&text, "%s/%s/%s=$%s", service->name, service->type, name, own.text);
	} else {
		strbuf_printf(&text, "%s/%s/%s=%s", service->name, service->type, name, value);
	}
	add_postconf(examination, finding, "-P", text.text);
	strbuf_fini(&text);
	strbuf_fini(&own);
}

void fix_set(const struct examination *examination, struct finding *finding, const char *name,
	     const char *value)
{
	if (postfix_overrides(examination->service, name))
		set_override(examination, finding, name, value);
	else
		fix_set_main(examination, finding, name, value);
}

void fix_set_list(const struct examination *examination, struct finding *finding, const char *name,
		  const struct words *words)
{
	bool own = postfix_overrides(examination->service, name);
	struct strbuf text = {0};

	for (size_t i = 0; i < words->count; i++) {
		if (i > 0)
			strbuf_puts(&text, own ? "," : ", ");
		strbuf_puts(&text, words->list[i]);
	}
	fix_set(examination, finding, name, text.text != NULL ? text.text : "");
	strbuf_fini(&text);
}

void fix_unset(const struct examination *examination, struct finding *finding, const char *name)
{
	const struct service *service = examination->service;
	struct strbuf text = {0};

	if (!postfix_overrides(service, name)) {
		add_postconf(examination, finding, "-X", name);
		return;
	}
	strbuf_printf(&text, "%s/%s/%s", service->name, service->type, name);
	add_postconf(examination, finding, "-PX", text.text);
	strbuf_fini(&text);
}

void fix_chroot(const struct examination *examination, struct finding *finding)
{
	const struct service *service = examination->service;
	struct strbuf text = {0};

	strbuf_printf(&text, "%s/%s/chroot=n", service->name, service->type);
	add_postconf(examination, finding, "-F", text.text);
	strbuf_fini(&text);
}
