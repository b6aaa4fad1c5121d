/* SPDX-License-Identifier: MIT */
/* Finds our sockets in what an MTA was told. */
#include "doctor/asked.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "doctor/listening.h"
#include "util/memory.h"

void asked_fini(struct asked *asked)
{
	words_fini(&asked->words);
	words_fini(&asked->options);
	words_fini(&asked->before);
	free(asked->name);
	free(asked->list);
	free(asked->warned_in);
	endpoint_fini(&asked->endpoint);
	*asked = (struct asked){0};
}

/* Where the service gets to, seen from our root. */
static char *path_seen(const struct examination *examination, const char *path)
{
	char *queue = postfix_text(examination->postfix, NULL, "queue_directory"), *seen;
	struct strbuf whole = {0};

	if (path[0] != '/' || (examination->service != NULL && examination->service->chroot)) {
		strbuf_printf(&whole, "%s/%s", queue, path);
		seen = path_normal(whole.text);
		strbuf_fini(&whole);
	} else {
		seen = path_normal(path);
	}
	free(queue);
	return seen;
}

bool endpoint_is_ours(const struct examination *examination, const struct endpoint *endpoint,
		      const char *spec)
{
	struct endpoint ours, seen = {0};
	bool same;

	if (spec == NULL || !endpoint_read_ours(spec, &ours))
		return false;
	same = endpoint_is_same(&ours, endpoint);
	if (!same && endpoint->path != NULL) {
		seen.path = path_seen(examination, endpoint->path);
		same = endpoint_is_same(&ours, &seen);
	}
	endpoint_fini(&ours);
	endpoint_fini(&seen);
	return same;
}

/* The path below the queue directory, borrowed from path; NULL: it is not. */
static const char *path_in_queue(const struct examination *examination, const char *path)
{
	char *queue = postfix_text(examination->postfix, NULL, "queue_directory");
	char *normal = path_normal(queue);
	size_t length = strlen(normal);
	const char *rest = NULL;

	if (length > 0 && strncmp(path, normal, length) == 0 && path[length] == '/')
		rest = path + length + 1;
	free(normal);
	free(queue);
	return rest;
}

char *endpoint_for_service(const struct examination *examination, const char *spec)
{
	struct endpoint ours;
	const char *rest;
	char *text;

	if (!endpoint_read_ours(spec, &ours))
		return xstrdup(spec);
	if (ours.path != NULL && (rest = path_in_queue(examination, ours.path)) != NULL) {
		char *below = xstrdup(rest);

		free(ours.path);
		ours.path = below;
	}
	text = endpoint_print_postfix(&ours);
	endpoint_fini(&ours);
	return text;
}

bool endpoint_is_outside_chroot(const struct examination *examination, const char *spec)
{
	struct endpoint ours;
	bool outside;

	if (examination->service == NULL || !examination->service->chroot || !endpoint_read_ours(spec, &ours))
		return false;
	outside = ours.path != NULL && path_in_queue(examination, ours.path) == NULL;
	endpoint_fini(&ours);
	return outside;
}

/* Reads "unix:x" or "{ unix:x, a = b }"; what cannot be read is an empty endpoint. */
static void read_word(const char *word, struct endpoint *endpoint_r, struct words *options_r)
{
	char *inside = word_unbrace(word);

	words_split(inside, options_r);
	if (word[0] != '{') {
		(void)endpoint_read_postfix(word, endpoint_r);
	} else if (options_r->count > 0) {
		(void)endpoint_read_postfix(options_r->list[0], endpoint_r);
		words_remove(options_r, 0);
	} else {
		*endpoint_r = (struct endpoint){0};
	}
	if (word[0] != '{')
		words_fini(options_r);
	free(inside);
}

static bool is_none(const struct endpoint *endpoint)
{
	return endpoint->path == NULL && endpoint->port == NULL;
}

/* libmilter's form, a path alone: Postfix takes neither. */
static bool is_misspelt(const struct examination *examination, const char *word, const char *spec)
{
	char *inside = word_unbrace(word);
	struct words words;
	struct endpoint endpoint = {0};
	bool misspelt = false;

	words_split(inside, &words);
	if (words.count > 0 && endpoint_read_ours(words.list[0], &endpoint))
		misspelt = endpoint_is_ours(examination, &endpoint, spec);
	endpoint_fini(&endpoint);
	words_fini(&words);
	free(inside);
	return misspelt;
}

/* Looks at the word at index of asked_r->words. */
static bool note_word(const struct examination *examination, size_t index, const char *spec,
		      struct asked *asked_r)
{
	const char *word = asked_r->words.list[index];
	struct endpoint endpoint;
	struct words options;
	bool ours, misspelt;

	read_word(word, &endpoint, &options);
	ours = !is_none(&endpoint) && endpoint_is_ours(examination, &endpoint, spec);
	misspelt = is_none(&endpoint) && is_misspelt(examination, word, spec);
	if (!ours && !misspelt) {
		endpoint_fini(&endpoint);
		words_fini(&options);
		return false;
	}
	asked_r->found = true;
	asked_r->misspelt = misspelt;
	asked_r->index = index;
	asked_r->endpoint = endpoint;
	asked_r->options = options;
	return true;
}

void asked_milter(const struct examination *examination, struct asked *asked_r)
{
	*asked_r = (struct asked){.name = xstrdup("smtpd_milters")};
	postfix_list(examination->postfix, examination->service, asked_r->name, &asked_r->words);
	for (size_t i = 0; i < asked_r->words.count; i++)
		if (note_word(examination, i, examination->config->daemon.milter, asked_r))
			return;
}

bool milters_are_asked(const struct examination *examination)
{
	struct words options;
	bool asked;

	postfix_list(examination->postfix, examination->service, "receive_override_options", &options);
	asked = !words_have(&options, "no_milters");
	words_fini(&options);
	return asked;
}

static bool look_in_list(const struct examination *examination, const char *list, int depth,
			 struct asked *asked_r);

/* Looks at the word at index of a list: ours, or a class that leads to us. */
static bool look_at_word(const struct examination *examination, const char *list, const struct words *words,
			 size_t index, int depth, struct asked *asked_r)
{
	const char *word = words->list[index];

	if (strcasecmp(word, "check_policy_service") != 0)
		return is_restriction_class(examination->postfix, examination->service, word) &&
		       look_in_list(examination, word, depth + 1, asked_r);
	if (index + 1 >= words->count)
		return false;
	postfix_list(examination->postfix, examination->service, list, &asked_r->words);
	if (!note_word(examination, index + 1, examination->config->daemon.policy_service, asked_r)) {
		words_fini(&asked_r->words);
		return false;
	}
	asked_r->index = index;
	asked_r->name = xstrdup(list);
	return true;
}

/* Adds to asked_r->before what was passed on the way, be it in a class that does not lead to us. */
static bool look_in_list(const struct examination *examination, const char *list, int depth,
			 struct asked *asked_r)
{
	struct words words;
	size_t passed = asked_r->before.count;
	bool found = false;

	if (depth > RESTRICTION_CLASS_DEPTH_MAX)
		return false;
	postfix_list(examination->postfix, examination->service, list, &words);
	for (size_t i = 0; i < words.count && !found; i++) {
		found = look_at_word(examination, list, &words, i, depth, asked_r);
		if (found && i > 0 && strcasecmp(words.list[i - 1], "warn_if_reject") == 0) {
			free(asked_r->warned_in);
			asked_r->warned_in = xstrdup(list);
			asked_r->warned_index = i - 1;
		}
		if (!found)
			words_add(&asked_r->before, words.list[i]);
	}
	while (!found && asked_r->before.count > passed)
		words_remove(&asked_r->before, asked_r->before.count - 1);
	words_fini(&words);
	return found;
}

static void look_in_lists(const struct examination *examination, const char *const *lists, size_t count,
			  struct asked *asked_r)
{
	*asked_r = (struct asked){0};
	for (size_t i = 0; i < count; i++) {
		asked_fini(asked_r);
		asked_r->list = xstrdup(lists[i]);
		if (look_in_list(examination, lists[i], 0, asked_r))
			return;
	}
}

static const char *const at_recipient[] = {"smtpd_recipient_restrictions", "smtpd_relay_restrictions"};
/* These wait for the recipient, each of them, unless smtpd_delay_reject says otherwise. */
static const char *const early[] = {"smtpd_client_restrictions", "smtpd_helo_restrictions",
				    "smtpd_sender_restrictions"};
static const char *const late[] = {"smtpd_data_restrictions", "smtpd_end_of_data_restrictions",
				   "smtpd_etrn_restrictions"};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

void asked_policy_service(const struct examination *examination, struct asked *asked_r)
{
	look_in_lists(examination, at_recipient, COUNT(at_recipient), asked_r);
	if (asked_r->found || !postfix_yes(examination->postfix, examination->service, "smtpd_delay_reject"))
		return;
	asked_fini(asked_r);
	look_in_lists(examination, early, COUNT(early), asked_r);
}

void asked_policy_service_elsewhere(const struct examination *examination, struct asked *asked_r)
{
	look_in_lists(examination, late, COUNT(late), asked_r);
	if (asked_r->found || postfix_yes(examination->postfix, examination->service, "smtpd_delay_reject"))
		return;
	asked_fini(asked_r);
	look_in_lists(examination, early, COUNT(early), asked_r);
}

enum reach reach_from_service(const struct examination *examination, const struct endpoint *endpoint,
			      enum protocol protocol)
{
	const struct service *service = examination->service;
	char *queue = postfix_text(examination->postfix, NULL, "queue_directory");
	char *user = postfix_text(examination->postfix, NULL, "mail_owner");
	const struct visitor visitor = {
		.user = service->privileged ? NULL : user,
		.root = service->chroot ? queue : NULL,
		.directory = service->chroot ? "/" : queue,
	};
	enum reach reach =
		examination->world->reach(examination->world->context, &visitor, endpoint, protocol);

	free(queue);
	free(user);
	return reach;
}

enum reach reach_ourselves(const struct examination *examination, const char *spec, enum protocol protocol)
{
	const struct visitor visitor = {.directory = "/"};
	struct endpoint ours;
	enum reach reach;

	if (!endpoint_read_ours(spec, &ours))
		return REACH_UNTRIED;
	reach = examination->world->reach(examination->world->context, &visitor, &ours, protocol);
	endpoint_fini(&ours);
	return reach;
}

static bool is_default_action(const char *option)
{
	static const char name[] = "default_action";
	char *inside = word_unbrace(option);
	size_t length = strcspn(inside, "= \t");
	bool is_action = length == strlen(name) && strncmp(inside, name, length) == 0;

	free(inside);
	return is_action;
}

char *asked_word(const char *word, const char *endpoint, const char *action)
{
	char *inside = word[0] == '{' ? word_unbrace(word) : xstrdup("");
	struct strbuf text = {0};
	struct words options;

	words_split(inside, &options);
	strbuf_printf(&text, "{%s", endpoint);
	for (size_t i = 1; i < options.count; i++)
		if (!is_default_action(options.list[i]))
			strbuf_printf(&text, ",%s", options.list[i]);
	strbuf_printf(&text, ",default_action=%s}", action);
	words_fini(&options);
	free(inside);
	return strbuf_take(&text);
}

char *asked_option(const struct asked *asked, const char *name)
{
	size_t length = strlen(name);
	char *value = NULL;

	for (size_t i = 0; i < asked->options.count && value == NULL; i++) {
		char *option = word_unbrace(asked->options.list[i]);

		if (strncmp(option, name, length) == 0) {
			const char *rest = option + length;

			rest += strspn(rest, " \t");
			if (*rest == '=')
				value = xstrdup(rest + 1 + strspn(rest + 1, " \t"));
		}
		free(option);
	}
	return value;
}
