/* SPDX-License-Identifier: MIT */
/*
 * What OpenSSL knows of cipher suites. The only file of the core that calls
 * OpenSSL, and it does so when a policy is built, never for a decision.
 */
#include "tls/cipher.h"

#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

struct suite {
	char *name;
	int bits;
	bool tls13;
	bool forward_secrecy;
};

struct cipher_catalogue {
	struct suite *suites; /* sorted by name */
	size_t count;
	size_t capacity;
};

struct cipher_set {
	size_t count;
	bool *has; /* by index of the catalogue */
};

/* Everything that OpenSSL implements, however weak: the catalogue names, it does not judge. */
static const char all_ciphers[] = "ALL:COMPLEMENTOFALL:@SECLEVEL=0";
static const char all_suites[] =
	"TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256:"
	"TLS_AES_128_CCM_8_SHA256";

static bool is_tls13(const SSL_CIPHER *cipher)
{
	return SSL_CIPHER_get_kx_nid(cipher) == NID_kx_any;
}

static bool is_ephemeral(const SSL_CIPHER *cipher)
{
	switch (SSL_CIPHER_get_kx_nid(cipher)) {
	case NID_kx_any:
	case NID_kx_dhe:
	case NID_kx_ecdhe:
	case NID_kx_dhe_psk:
	case NID_kx_ecdhe_psk:
		return true;
	default:
		return false;
	}
}

static int compare_suites(const void *a, const void *b)
{
	return strcmp(((const struct suite *)a)->name, ((const struct suite *)b)->name);
}

struct cipher_catalogue *cipher_catalogue_new(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_method());
	struct cipher_catalogue *catalogue = NULL;
	const STACK_OF(SSL_CIPHER) * ciphers;

	if (ctx == NULL || SSL_CTX_set_cipher_list(ctx, all_ciphers) != 1 ||
	    SSL_CTX_set_ciphersuites(ctx, all_suites) != 1)
		goto out;
	ciphers = SSL_CTX_get_ciphers(ctx);
	catalogue = xcalloc(1, sizeof *catalogue);
	for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); i++) {
		const SSL_CIPHER *cipher = sk_SSL_CIPHER_value(ciphers, i);

		*VECTOR_ADD(catalogue->suites, catalogue->count, catalogue->capacity) = (struct suite){
			.name = xstrdup(SSL_CIPHER_get_name(cipher)),
			.bits = SSL_CIPHER_get_bits(cipher, NULL),
			.tls13 = is_tls13(cipher),
			.forward_secrecy = is_ephemeral(cipher),
		};
	}
	qsort(catalogue->suites, catalogue->count, sizeof *catalogue->suites, compare_suites);
out:
	SSL_CTX_free(ctx);
	return catalogue;
}

void cipher_catalogue_free(struct cipher_catalogue **catalogue)
{
	if (*catalogue == NULL)
		return;
	for (size_t i = 0; i < (*catalogue)->count; i++)
		free((*catalogue)->suites[i].name);
	free((*catalogue)->suites);
	free(*catalogue);
	*catalogue = NULL;
}

size_t cipher_count(const struct cipher_catalogue *catalogue)
{
	return catalogue->count;
}

int cipher_find(const struct cipher_catalogue *catalogue, const char *name)
{
	size_t from = 0, to = catalogue->count;

	while (name != NULL && from < to) {
		size_t middle = from + (to - from) / 2;
		int order = strcmp(name, catalogue->suites[middle].name);

		if (order == 0)
			return (int)middle;
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return -1;
}

bool cipher_has_forward_secrecy(const struct cipher_catalogue *catalogue, int cipher)
{
	return cipher >= 0 && catalogue->suites[cipher].forward_secrecy;
}

int cipher_bits(const struct cipher_catalogue *catalogue, int cipher)
{
	return cipher >= 0 ? catalogue->suites[cipher].bits : -1;
}

/* The suites of ctx that are TLS 1.3 suites, or those that are not; NULL when there are none. */
static struct cipher_set *cipher_collect(const struct cipher_catalogue *catalogue, const SSL_CTX *ctx,
					 bool tls13)
{
	const STACK_OF(SSL_CIPHER) *ciphers = SSL_CTX_get_ciphers(ctx);
	struct cipher_set *set = xcalloc(1, sizeof *set);
	bool any = false;

	set->count = catalogue->count;
	set->has = xcalloc(catalogue->count, sizeof *set->has);
	for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); i++) {
		int cipher = cipher_find(catalogue, SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, i)));

		if (cipher >= 0 && catalogue->suites[cipher].tls13 == tls13)
			any = set->has[cipher] = true;
	}
	if (!any)
		cipher_set_free(&set);
	return set;
}

/*
 * Words of ciphers(1) that OpenSSL knows and that a build of today may have no
 * cipher for. People write them to leave something out, and go on doing so.
 */
static const char *const historic_words[] = {
	"3DES", "DES",    "EXP",  "EXPORT", "EXPORT40", "EXPORT56", "GOST",  "GOST94", "IDEA", "KRB5",
	"LOW",  "MEDIUM", "RC2",  "RC4",    "SEED",     "SSLv2",    "SSLv3", "DSS",    "aDSS", "aGOST",
	"aDH",  "kDH",    "kDHd", "kDHr",   "kKRB5",    "aKRB5",    "kFZA",  "aFZA",   "eFZA", "MD5",
};

static bool is_historic(const char *word, size_t length)
{
	for (size_t i = 0; i < sizeof historic_words / sizeof historic_words[0]; i++)
		if (strlen(historic_words[i]) == length && strncmp(historic_words[i], word, length) == 0)
			return true;
	return false;
}

/* True when OpenSSL finds a cipher by that word alone; a command such as @STRENGTH is for the whole list to judge. */
static bool cipher_is_known(SSL_CTX *ctx, const char *word, size_t length)
{
	char *alone;
	bool known;

	if (strchr("!+-", word[0]) != NULL) {
		word++;
		length--;
	}
	if (length > 0 && (word[0] == '@' || is_historic(word, length)))
		return true;
	alone = xstrndup(word, length);
	known = SSL_CTX_set_cipher_list(ctx, alone) == 1;
	free(alone);
	return known;
}

/* OpenSSL passes over a word that it does not know: with "!aNUL" all would be let in that "!aNULL" keeps out. */
static bool are_all_known(SSL_CTX *ctx, const char *list)
{
	static const char separators[] = ":, ;";

	while (*list != '\0') {
		size_t length = strcspn(list, separators);

		if (length > 0 && !cipher_is_known(ctx, list, length))
			return false;
		list += length;
		list += strspn(list, separators);
	}
	return true;
}

struct cipher_set *cipher_set_from_list(const struct cipher_catalogue *catalogue, const char *list)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_method());
	struct cipher_set *set = NULL;

	if (ctx != NULL && are_all_known(ctx, list) && SSL_CTX_set_cipher_list(ctx, list) == 1)
		set = cipher_collect(catalogue, ctx, false);
	SSL_CTX_free(ctx);
	return set;
}

struct cipher_set *cipher_set_from_words(const struct cipher_catalogue *catalogue, const char *list)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_method());
	struct cipher_set *set = NULL;

	if (ctx != NULL && SSL_CTX_set_cipher_list(ctx, list) == 1)
		set = cipher_collect(catalogue, ctx, false);
	SSL_CTX_free(ctx);
	ERR_clear_error();
	return set;
}

struct cipher_set *cipher_set_from_suites(const struct cipher_catalogue *catalogue, const char *suites)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_method());
	struct cipher_set *set = NULL;

	if (ctx != NULL && SSL_CTX_set_ciphersuites(ctx, suites) == 1)
		set = cipher_collect(catalogue, ctx, true);
	SSL_CTX_free(ctx);
	return set;
}

/* How many ciphers are left of all when a word is taken out; -1 when OpenSSL fails or none is left. */
static int count_without(const char *word)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_method());
	struct strbuf list = {0};
	int count = -1;

	strbuf_printf(&list, "%s:!%s", all_ciphers, word);
	if (ctx != NULL && SSL_CTX_set_cipher_list(ctx, strbuf_text(&list)) == 1)
		count = sk_SSL_CIPHER_num(SSL_CTX_get_ciphers(ctx));
	SSL_CTX_free(ctx);
	strbuf_fini(&list);
	return count;
}

/* Words such as DEFAULT count only where they come first: OpenSSL passes over "!DEFAULT". */
bool cipher_can_exclude(const char *word)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char others[] = "0123456789+-_";
	size_t length = strlen(word), at = 0;
	int all, left;

	while (at < length && (strchr(letters, word[at]) != NULL || strchr(others, word[at]) != NULL))
		at++;
	if (length == 0 || at < length || strchr("+-_", word[0]) != NULL)
		return false;
	if (is_historic(word, length))
		return true;
	/* A word of this form that no cipher has. */
	all = count_without("NONE-SUCH");
	left = count_without(word);
	return left >= 0 && left < all;
}

void cipher_set_free(struct cipher_set **set)
{
	if (*set == NULL)
		return;
	free((*set)->has);
	free(*set);
	*set = NULL;
}

bool cipher_set_has(const struct cipher_set *set, int cipher)
{
	return cipher >= 0 && (size_t)cipher < set->count && set->has[cipher];
}
