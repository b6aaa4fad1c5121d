/* SPDX-License-Identifier: MIT */
/*
 * Further hops that a local part may name: where they are cut, and whether
 * every MTA would cut there. Knows nothing of the rest of an address.
 */
#include "core/local_part.h"

#include <string.h>

#include "core/domain.h"

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

/* Control characters may become blanks, also where no hop is. */
static bool has_certain_words(const char *local)
{
	static const char breaks[] = "()<>,;:\\\"[] ";
	bool has_marks = strpbrk(local, local_part_marks) != NULL;
	size_t word = 0;

	for (; *local != '\0'; local++) {
		if (is_control((unsigned char)*local) || (has_marks && strchr(breaks, *local) != NULL))
			return false;
		if (strchr(local_part_marks, *local) == NULL)
			word++;
		else if (word == 0)
			return false;
		else
			word = 0;
	}
	return word > 0;
}

/* Made of bytes of which host names are made: wrong by its length, its dots or its encoding alone. */
static bool is_almost_a_host(const struct hop *hop)
{
	static const char others[] = "!%@\"#$&'()*+,/:;<=>?[\\]^`{|}~ ";

	for (size_t i = 0; i < hop->host_length; i++)
		if (is_control((unsigned char)hop->host[i]) || strchr(others, hop->host[i]) != NULL)
			return false;
	return true;
}

/* A host that we take for none, and an MTA may take for one. */
static bool has_doubtful_host(const char *local)
{
	for (const char *mark = local_part_marks; *mark != '\0'; mark++) {
		char domain[DOMAIN_SIZE];
		struct hop hop;

		if (local_part_cut(local, *mark, &hop) && is_almost_a_host(&hop) &&
		    domain_normalise(hop.host, hop.host_length, domain) != DOMAIN_OK)
			return true;
	}
	return false;
}

bool local_part_is_certain(const char *local)
{
	return has_certain_words(local) && !has_doubtful_host(local);
}
