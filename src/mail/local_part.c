/* SPDX-License-Identifier: MIT */
/*
 * Further hops that a local part may name: where they are cut, and whether
 * every MTA would cut there. Knows nothing of the rest of an address.
 */
#include "mail/local_part.h"

#include <string.h>

#include "mail/domain.h"

const char local_part_marks[] = "@%!";

/* What an MTA that reads a local part anew drops, or takes the text apart by (RFC 5322, 3.2.3). */
static const char hop_specials[] = " \t\r\n\v\f\"\\()[]";

bool local_part_cut(const char *local, char mark, struct hop *hop_r)
{
	const char *at = mark == '!' ? strchr(local, mark) : strrchr(local, mark);
	size_t before;

	if (at == NULL)
		return false;
	before = (size_t)(at - local);
	*hop_r = mark == '!' ? (struct hop){at + 1, strlen(at + 1), local, before}
			     : (struct hop){local, before, at + 1, strlen(at + 1)};
	return true;
}

bool local_part_host_may_change(const struct hop *hop)
{
	return strcspn(hop->host, hop_specials) < hop->host_length;
}

static bool is_control(unsigned char c)
{
	return c < ' ' || c == 0x7f;
}

bool local_part_has_gap(const char *local)
{
	size_t word = 0;
	bool has_marks = false;

	for (; *local != '\0'; local++) {
		bool is_mark = strchr(local_part_marks, *local) != NULL;

		if (is_mark && word == 0)
			return true;
		has_marks = has_marks || is_mark;
		word = is_mark ? 0 : word + 1;
	}
	return has_marks && word == 0;
}

/* Control characters may become blanks, also where no hop is. */
static bool has_certain_words(const char *local)
{
	static const char breaks[] = "()<>,;:\\\"[] ";
	bool has_marks = strpbrk(local, local_part_marks) != NULL;

	for (const char *at = local; *at != '\0'; at++)
		if (is_control((unsigned char)*at) || (has_marks && strchr(breaks, *at) != NULL))
			return false;
	return local[0] != '\0';
}

/*
 * Made of bytes of which host names are made: wrong by its length, its dots or
 * its encoding alone. No control character is in it.
 */
static bool is_almost_a_host(const struct hop *hop)
{
	static const char others[] = "!%@\"#$&'()*+,/:;<=>?[\\]^`{|}~ ";

	for (size_t i = 0; i < hop->host_length; i++)
		if (strchr(others, hop->host[i]) != NULL)
			return false;
	return true;
}

/* A host that we take for none, and an MTA may take for one. */
static bool has_doubtful_host(const char *local)
{
	for (const char *mark = local_part_marks; *mark != '\0'; mark++) {
		char domain[DOMAIN_SIZE];
		struct hop hop;

		if (local_part_cut(local, *mark, &hop) && hop.host_length > 0 && is_almost_a_host(&hop) &&
		    domain_normalise(hop.host, hop.host_length, domain) != DOMAIN_OK)
			return true;
	}
	return false;
}

bool local_part_is_certain(const char *local)
{
	return has_certain_words(local) && !has_doubtful_host(local);
}
