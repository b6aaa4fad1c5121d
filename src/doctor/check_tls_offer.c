/* SPDX-License-Identifier: MIT */
/* The versions and ciphers that Postfix offers, against those that connectors demand. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "doctor/checks.h"
#include "util/memory.h"

static const struct {
	const char *name;
	enum tls_version version;
} versions[] = {{"TLSv1", TLS_VERSION_1_0},
		{"TLSv1.1", TLS_VERSION_1_1},
		{"TLSv1.2", TLS_VERSION_1_2},
		{"TLSv1.3", TLS_VERSION_1_3}};

#define VERSION_COUNT (sizeof versions / sizeof versions[0])
#define VERSION_NONE SIZE_MAX

static size_t find_version(const char *name)
{
	size_t i;

	for (i = 0; i < VERSION_COUNT; i++)
		if (strcasecmp(name, versions[i].name) == 0)
			break;
	return i;
}

/* All that is in a list is read, but for what later versions of Postfix may have. */
static bool is_version_word(const char *word)
{
	word += word[0] == '!' ? 1 : strncmp(word, "<=", 2) == 0 || strncmp(word, ">=", 2) == 0 ? 2 : 0;
	return find_version(word) < VERSION_COUNT || strcasecmp(word, "SSLv2") == 0 ||
	       strcasecmp(word, "SSLv3") == 0;
}

/* The highest version that smtpd_tls_protocols leaves (postconf(5)); VERSION_COUNT: nobody can tell. */
static size_t highest_version(const struct words *protocols)
{
	bool allowed[VERSION_COUNT], named = false, read = true;
	size_t highest = VERSION_COUNT;

	for (size_t i = 0; i < protocols->count; i++) {
		read = read && is_version_word(protocols->list[i]);
		named = named ||
			(strchr("!<>", protocols->list[i][0]) == NULL && is_version_word(protocols->list[i]));
	}
	for (size_t i = 0; i < VERSION_COUNT; i++)
		allowed[i] = !named;
	for (size_t i = 0; i < protocols->count; i++) {
		const char *word = protocols->list[i];

		if (strncmp(word, "<=", 2) == 0) {
			for (size_t j = find_version(word + 2) + 1; j < VERSION_COUNT; j++)
				allowed[j] = false;
		} else if (strncmp(word, ">=", 2) == 0 && find_version(word + 2) < VERSION_COUNT) {
			for (size_t j = 0; j < find_version(word + 2); j++)
				allowed[j] = false;
		} else if (word[0] == '!' && find_version(word + 1) < VERSION_COUNT) {
			allowed[find_version(word + 1)] = false;
		} else if (find_version(word) < VERSION_COUNT) {
			allowed[find_version(word)] = true;
		}
	}
	for (size_t i = 0; i < VERSION_COUNT; i++)
		if (allowed[i])
			highest = i;
	return highest == VERSION_COUNT && read ? VERSION_NONE : highest;
}

/* The words of a parameter that colons divide, too. The caller ends it with words_fini. */
static void split_at_colons(const struct examination *examination, const char *name, struct words *words_r)
{
	char *copy = xstrdup(setting(examination, name));

	for (char *c = copy; *c != '\0'; c++)
		if (*c == ':')
			*c = ' ';
	words_split(copy, words_r);
	free(copy);
}

static bool is_mandatory(const struct examination *examination)
{
	return strcmp(server_level(examination), "encrypt") == 0;
}

static const char *protocols_name(const struct examination *examination)
{
	return is_mandatory(examination) ? "smtpd_tls_mandatory_protocols" : "smtpd_tls_protocols";
}

/* highest_version of the service. */
static size_t highest_offered(const struct examination *examination)
{
	struct words protocols;
	size_t highest;

	split_at_colons(examination, protocols_name(examination), &protocols);
	highest = highest_version(&protocols);
	words_fini(&protocols);
	return highest;
}

void check_tls_version(struct examination *examination)
{
	const struct policy *policy = examination->config->policy;
	const char *name = protocols_name(examination);
	struct finding *finding = NULL;
	size_t highest = highest_offered(examination);

	if (highest == VERSION_COUNT || !strangers_are_judged(examination))
		return;
	for (size_t i = 0; i < policy->connector_count; i++) {
		const struct connector *connector = policy->connectors[i];

		if (!connector_arrives(connector) ||
		    (highest != VERSION_NONE && connector->require.min_version <= versions[highest].version))
			continue;
		if (finding == NULL) {
			const char *value = setting(examination, name);

			finding =
				highest == VERSION_NONE
					? find_set(examination, name, NULL,
						   "%s = %s: no version is left, and no session can have TLS",
						   name, value)
					: find_set(examination, name, NULL,
						   "%s = %s: Postfix offers nothing above %s, less than "
						   "connectors "
						   "demand",
						   name, value, versions[highest].name);
			fix_set(examination, finding, name,
				postfix_is_since(examination->postfix, 3, 6, 0)
					? ">=TLSv1.2"
					: "!SSLv2,!SSLv3,!TLSv1,!TLSv1.1");
		}
		finding_name_connector(finding, connector);
	}
}

/* Which parameters say what is offered below TLS 1.3, and how Postfix makes a list of them (postconf(5)). */
struct cipher_settings {
	const char *grade; /* smtpd_tls_ciphers, or the one for mandatory TLS */
	const char *list; /* tls_high_cipherlist and the like */
	const char *exclusions[2]; /* NULL: none */
	size_t highest; /* highest_offered */
};

/* The list that a grade stands for; NULL: there is no such grade, or this Postfix has no list for it. */
static const char *list_of_grade(const struct postfix *postfix, const char *grade)
{
	static const char *const lists[][2] = {{"high", "tls_high_cipherlist"},
					       {"medium", "tls_medium_cipherlist"},
					       {"low", "tls_low_cipherlist"},
					       {"export", "tls_export_cipherlist"},
					       {"null", "tls_null_cipherlist"}};

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		if (strcasecmp(grade, lists[i][0]) == 0 && postfix_raw(postfix, NULL, lists[i][1]) != NULL)
			return lists[i][1];
	return NULL;
}

/* False where nobody can tell. */
static bool read_cipher_settings(const struct examination *examination, struct cipher_settings *settings_r)
{
	bool mandatory = is_mandatory(examination);

	*settings_r = (struct cipher_settings){
		.grade = mandatory ? "smtpd_tls_mandatory_ciphers" : "smtpd_tls_ciphers",
		.exclusions = {"smtpd_tls_exclude_ciphers",
			       mandatory ? "smtpd_tls_mandatory_exclude_ciphers" : NULL},
		.highest = highest_offered(examination)};
	settings_r->list = list_of_grade(examination->postfix, setting(examination, settings_r->grade));
	return settings_r->list != NULL;
}

static void add_exclusions(const struct examination *examination, const char *name, struct strbuf *list)
{
	struct words words;

	split_at_colons(examination, name, &words);
	for (size_t i = 0; i < words.count; i++)
		strbuf_printf(list, ":!%s", words.list[i]);
	words_fini(&words);
}

/*
 * What is offered; without: a parameter that is taken as Postfix has it by default, or NULL. NULL: nobody can tell,
 * for OpenSSL finds no cipher there.
 */
static struct cipher_set *read_offer(const struct examination *examination,
				     const struct cipher_settings *settings, const char *without)
{
	struct strbuf list = {0};
	struct cipher_set *offer;
	const char *name = without == settings->grade ? "tls_medium_cipherlist" : settings->list;

	strbuf_puts(&list, without == settings->list ? "HIGH:MEDIUM" : setting(examination, name));
	for (size_t i = 0; i < 2; i++)
		if (settings->exclusions[i] != NULL && without != settings->exclusions[i])
			add_exclusions(examination, settings->exclusions[i], &list);
	/* A server that asks for certificates offers none without its own. */
	strbuf_puts(&list, ":!aNULL");
	offer = cipher_set_from_words(examination->config->policy->ciphers, list.text);
	strbuf_fini(&list);
	return offer;
}

/* Whether one of the ciphers that are offered below TLS 1.3 meets what is demanded of ciphers. */
static bool is_met_by(const struct require *require, const struct cipher_catalogue *catalogue,
		      const struct cipher_set *offer)
{
	size_t count = cipher_count(catalogue);
	bool met = false;

	for (size_t i = 0; i < count && !met; i++) {
		int cipher = (int)i;

		met = cipher_set_has(offer, cipher) && cipher_bits(catalogue, cipher) > 0 &&
		      cipher_bits(catalogue, cipher) >= require->min_cipher_bits &&
		      (require->ciphers == NULL || cipher_set_has(require->ciphers, cipher)) &&
		      (!require->forward_secrecy || cipher_has_forward_secrecy(catalogue, cipher));
	}
	return met;
}

/* Whether the connector takes sessions below TLS 1.3 that Postfix may have, and none of them meets it. */
static bool is_out_of_reach(const struct examination *examination, const struct connector *connector,
			    size_t highest, const struct cipher_set *offer)
{
	const struct require *require = &connector->require;

	return highest != VERSION_NONE && connector_arrives(connector) &&
	       require->min_version < TLS_VERSION_1_3 &&
	       (highest == VERSION_COUNT || require->min_version <= versions[highest].version) &&
	       !is_met_by(require, examination->config->policy->ciphers, offer);
}

static bool any_out_of_reach(const struct examination *examination, size_t highest,
			     const struct cipher_set *offer)
{
	const struct policy *policy = examination->config->policy;

	for (size_t i = 0; i < policy->connector_count; i++)
		if (is_out_of_reach(examination, policy->connectors[i], highest, offer))
			return true;
	return false;
}

/* The parameter without which all connectors can be met; NULL: there is no such one. */
static const char *find_culprit(const struct examination *examination, const struct cipher_settings *settings)
{
	const char *const names[] = {settings->exclusions[0], settings->exclusions[1], settings->grade,
				     settings->list};
	const char *culprit = NULL;

	for (size_t i = 0; i < sizeof names / sizeof names[0] && culprit == NULL; i++) {
		struct cipher_set *offer =
			names[i] != NULL ? read_offer(examination, settings, names[i]) : NULL;

		if (offer != NULL && !any_out_of_reach(examination, settings->highest, offer))
			culprit = names[i];
		cipher_set_free(&offer);
	}
	return culprit;
}

static void say_out_of_reach(struct examination *examination, const struct cipher_settings *settings,
			     const struct cipher_set *offer)
{
	const struct policy *policy = examination->config->policy;
	const char *culprit = find_culprit(examination, settings);
	const char *name = culprit != NULL ? culprit : settings->grade;
	size_t highest = settings->highest;
	bool has_newest = highest >= VERSION_COUNT || versions[highest].version == TLS_VERSION_1_3;
	struct finding *finding =
		find_set(examination, name, NULL,
			 "%s = %s: below TLSv1.3 Postfix offers no cipher that meets connectors, %s", name,
			 setting(examination, name),
			 has_newest ? "and partners without TLSv1.3 cannot meet them"
				    : "and it offers no TLSv1.3: nobody can meet them");

	if (has_newest)
		finding->severity = FINDING_WARNING;
	for (size_t i = 0; i < policy->connector_count; i++)
		if (is_out_of_reach(examination, policy->connectors[i], highest, offer))
			finding_name_connector(finding, policy->connectors[i]);
	if (culprit != NULL)
		fix_unset(examination, finding, culprit);
	else
		fix_edit(finding, "main.cf: %s, %s and %s that leave a cipher which the connectors take",
			 settings->grade, settings->list, settings->exclusions[0]);
}

void check_tls_ciphers(struct examination *examination)
{
	struct cipher_settings settings;
	struct cipher_set *offer = NULL;

	if (strangers_are_judged(examination) && strcmp(server_level(examination), "none") != 0 &&
	    read_cipher_settings(examination, &settings))
		offer = read_offer(examination, &settings, NULL);
	if (offer != NULL && any_out_of_reach(examination, settings.highest, offer))
		say_out_of_reach(examination, &settings, offer);
	cipher_set_free(&offer);
}
