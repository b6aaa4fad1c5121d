/* SPDX-License-Identifier: MIT */
/* Finds our sockets in what an MTA was told. */
#include "doctor/asked.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "doctor/listening.h"
#include "util/memory.h"

static void forget_asked(struct asked *asked)
{
	words_fini(&asked->words);
	words_fini(&asked->options);
	words_fini(&asked->before);
	free(asked->name);
	free(asked->list);
	free(asked->warned_in);
	endpoint_fini(&asked->endpoint);
	*asked = (struct asked){.spec = asked->spec, .puts_off = asked->puts_off};
}

static void end_asked(void *asked)
{
	forget_asked(asked);
	free(asked);
}

static struct asked *new_asked(const struct examination *examination, const char *spec, const char *puts_off)
{
	struct asked *asked = xcalloc(1, sizeof *asked);

	asked->spec = spec;
	asked->puts_off = puts_off;
	return keep(examination, asked, end_asked);
}

/* Where the service gets to, seen from our root. */
static char *path_seen(const struct examination *examination, const char *path)
{
	struct strbuf whole = {0};
	char *seen;

	if (path[0] != '/' || (examination->service != NULL && examination->service->chroot))
		strbuf_printf(&whole, "%s/", main_setting(examination, "queue_directory"));
	strbuf_puts(&whole, path);
	seen = path_normal(whole.text);
	strbuf_fini(&whole);
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
	const char *queue =
		keep(examination, path_normal(main_setting(examination, "queue_directory")), free);
	size_t length = strlen(queue);

	return length > 0 && strncmp(path, queue, length) == 0 && path[length] == '/' ? path + length + 1
										      : NULL;
}

const char *endpoint_for_service(const struct examination *examination, const char *spec)
{
	struct endpoint ours;
	const char *rest;
	char *text;

	if (!endpoint_read_ours(spec, &ours))
		return spec;
	if (ours.path != NULL && (rest = path_in_queue(examination, ours.path)) != NULL) {
		char *below = xstrdup(rest);

		free(ours.path);
		ours.path = below;
	}
	text = endpoint_print_postfix(&ours);
	endpoint_fini(&ours);
	return keep(examination, text, free);
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
	words_split_inside(word, options_r);
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
}

static bool is_none(const struct endpoint *endpoint)
{
	return endpoint->path == NULL && endpoint->port == NULL;
}

/* libmilter's form, a path alone: Postfix takes neither. */
static bool is_misspelt(const struct examination *examination, const char *word, const char *spec)
{
	struct words words;
	struct endpoint endpoint = {0};
	bool misspelt = false;

	words_split_inside(word, &words);
	if (words.count > 0 && endpoint_read_ours(words.list[0], &endpoint))
		misspelt = endpoint_is_ours(examination, &endpoint, spec);
	endpoint_fini(&endpoint);
	words_fini(&words);
	return misspelt;
}

/* Looks at the word at index of asked_r->words. */
static bool note_word(const struct examination *examination, size_t index, struct asked *asked_r)
{
	const char *word = asked_r->words.list[index], *spec = asked_r->spec;
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
	asked_r->index = asked_r->own = index;
	asked_r->endpoint = endpoint;
	asked_r->options = options;
	return true;
}

struct asked *asked_milter(const struct examination *examination)
{
	struct asked *asked = new_asked(examination, examination->config->daemon.milter, MILTER_PUTS_OFF);

	asked->name = xstrdup("smtpd_milters");
	postfix_list(examination->postfix, examination->service, asked->name, &asked->words);
	for (size_t i = 0; i < asked->words.count && !asked->found; i++)
		(void)note_word(examination, i, asked);
	return asked;
}

bool milters_are_asked(const struct examination *examination)
{
	return !words_have(setting_list(examination, "receive_override_options"), "no_milters");
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
	if (!note_word(examination, index + 1, asked_r)) {
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
	struct words *words;
	size_t passed = asked_r->before.count;
	bool found = false;

	if (depth > RESTRICTION_CLASS_DEPTH_MAX)
		return false;
	words = setting_list(examination, list);
	for (size_t i = 0; i < words->count && !found; i++) {
		found = look_at_word(examination, list, words, i, depth, asked_r);
		if (found && i > 0 && strcasecmp(words->list[i - 1], "warn_if_reject") == 0) {
			free(asked_r->warned_in);
			asked_r->warned_in = xstrdup(list);
			asked_r->warned_index = i - 1;
		}
		if (!found)
			words_add(&asked_r->before, words->list[i]);
	}
	while (!found && asked_r->before.count > passed)
		words_remove(&asked_r->before, asked_r->before.count - 1);
	return found;
}

/* The first of those lists that leads to us counts. */
static void look_in_lists(const struct examination *examination, const char *const *lists, size_t count,
			  struct asked *asked_r)
{
	for (size_t i = 0; i < count && !asked_r->found; i++) {
		forget_asked(asked_r);
		asked_r->list = xstrdup(lists[i]);
		(void)look_in_list(examination, lists[i], 0, asked_r);
	}
}

static const char *const at_recipient[] = {"smtpd_recipient_restrictions", "smtpd_relay_restrictions"};
/* These wait for the recipient, each of them, unless smtpd_delay_reject says otherwise. */
static const char *const early[] = {"smtpd_client_restrictions", "smtpd_helo_restrictions",
				    "smtpd_sender_restrictions"};
static const char *const late[] = {"smtpd_data_restrictions", "smtpd_end_of_data_restrictions",
				   "smtpd_etrn_restrictions"};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

struct asked *asked_policy_service(const struct examination *examination)
{
	struct asked *asked =
		new_asked(examination, examination->config->daemon.policy_service, POLICY_SERVICE_PUTS_OFF);

	look_in_lists(examination, at_recipient, COUNT(at_recipient), asked);
	if (setting_is(examination, "smtpd_delay_reject", "yes"))
		look_in_lists(examination, early, COUNT(early), asked);
	return asked;
}

struct asked *asked_policy_service_elsewhere(const struct examination *examination)
{
	struct asked *asked =
		new_asked(examination, examination->config->daemon.policy_service, POLICY_SERVICE_PUTS_OFF);

	look_in_lists(examination, late, COUNT(late), asked);
	if (!setting_is(examination, "smtpd_delay_reject", "yes"))
		look_in_lists(examination, early, COUNT(early), asked);
	return asked;
}

enum reach reach_from_service(const struct examination *examination, const struct endpoint *endpoint,
			      enum protocol protocol)
{
	const struct service *service = examination->service;
	const char *queue = main_setting(examination, "queue_directory");
	const struct visitor visitor = {
		.user = service->privileged ? NULL : main_setting(examination, "mail_owner"),
		.root = service->chroot ? queue : NULL,
		.directory = service->chroot ? "/" : queue,
	};

	return examination->world->reach(examination->world->context, &visitor, endpoint, protocol);
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

/* What stands behind "default_action" in an option of a socket; NULL: it is another one. */
static const char *behind_action(const struct examination *examination, const char *option)
{
	static const char name[] = "default_action";
	const char *inside = keep(examination, word_unbrace(option), free);
	size_t length = strlen(name);

	if (strcspn(inside, "= \t") != length || strncmp(inside, name, length) != 0)
		return NULL;
	return inside + length + strspn(inside + length, " \t");
}

const char *asked_word(const struct examination *examination, const char *word, const char *endpoint,
		       const char *action)
{
	struct strbuf text = {0};
	struct words options;

	words_split_inside(word, &options);
	strbuf_printf(&text, "{%s", endpoint);
	for (size_t i = 1; i < options.count && word[0] == '{'; i++)
		if (behind_action(examination, options.list[i]) == NULL)
			strbuf_printf(&text, ",%s", options.list[i]);
	strbuf_printf(&text, ",default_action=%s}", action);
	words_fini(&options);
	return keep(examination, strbuf_take(&text), free);
}

const char *asked_action(const struct examination *examination, const struct asked *asked)
{
	for (size_t i = 0; i < asked->options.count; i++) {
		const char *rest = behind_action(examination, asked->options.list[i]);

		if (rest != NULL && *rest == '=')
			return rest + 1 + strspn(rest + 1, " \t");
	}
	return NULL;
}

static void set_own_word(struct examination *examination, struct finding *finding, struct asked *asked,
			 const char *endpoint)
{
	const char *old;

	assert(asked->found && asked->own < asked->words.count);
	old = asked->words.list[asked->own];
	words_replace(&asked->words, asked->own, asked_word(examination, old, endpoint, asked->puts_off));
	fix_set_list(examination, finding, asked->name, &asked->words);
}

void fix_own_socket(struct examination *examination, struct finding *finding, struct asked *asked)
{
	set_own_word(examination, finding, asked, endpoint_for_service(examination, asked->spec));
}

void fix_own_word(struct examination *examination, struct finding *finding, struct asked *asked)
{
	if (asked->misspelt)
		fix_own_socket(examination, finding, asked);
	else
		set_own_word(examination, finding, asked,
			     keep(examination, endpoint_print_postfix(&asked->endpoint), free));
}

void words_add_policy_service(struct words *words, const char *word)
{
	words_insert(words, 0, word);
	words_insert(words, 0, "check_policy_service");
}
