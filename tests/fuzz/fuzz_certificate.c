/* SPDX-License-Identifier: MIT */
/* A fuzzer (tests/README.md). Names in certificates. */
#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tls/certificate.h"
#include "tls/distinguished_name.h"
#include "util/memory.h"
#include "fuzz/fields.h"
#include "fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As X509_NAME_oneline(3) writes a value. */
static char *name_of(const char *cn)
{
	struct strbuf out = {0};

	strbuf_puts(&out, "/C=DE/CN=");
	for (; *cn != '\0'; cn++) {
		if (*cn < ' ' || *cn > '~')
			strbuf_printf(&out, "\\x%02X", (unsigned)(unsigned char)*cn);
		else
			strbuf_printf(&out, "%s%c", *cn == '/' || *cn == '+' ? "\\" : "", *cn);
	}
	return strbuf_take(&out);
}

/* The common name is the value that was written, but for what could be one of OpenSSL's escapes itself. */
static void check_common_name(const char *name)
{
	char *cn = distinguished_name_common_name(name), *written, *again;

	MUST(cn == NULL || distinguished_name_valid(name));
	if (cn != NULL && strstr(cn, "\\x") == NULL) {
		written = name_of(cn);
		again = distinguished_name_common_name(written);
		MUST(again != NULL && strcmp(again, cn) == 0);
		free(written);
		free(again);
	}
	free(cn);
}

/* Letters of the other case, where they are no part of an escape. */
static char *other_case(const char *name)
{
	char *text = xstrdup(name);

	for (char *c = text; *c != '\0'; c++) {
		if (c[0] == '\\' && c[1] == 'x')
			c++;
		else
			*c = (char)(islower((unsigned char)*c) ? toupper((unsigned char)*c)
							       : tolower((unsigned char)*c));
	}
	return text;
}

/* An attribute that has only begun is none. */
static void check_unfinished(const char *name)
{
	size_t length = strlen(name);
	struct strbuf longer = {0};

	strbuf_printf(&longer, "%s/C", name);
	MUST((length > 0 && name[length - 1] == '\\') || !distinguished_name_valid(longer.text));
	strbuf_fini(&longer);
}

static void check_equality(const char *a, const char *b)
{
	bool equal = distinguished_name_equal(a, b);
	char *folded = other_case(a);

	MUST(equal == distinguished_name_equal(b, a));
	MUST(distinguished_name_equal(a, a) == distinguished_name_valid(a));
	MUST(!equal || (distinguished_name_valid(a) && distinguished_name_valid(b)));
	MUST(strstr(folded, "\\X") != NULL || strstr(folded, "\\x") != NULL ||
	     distinguished_name_equal(a, folded) == distinguished_name_valid(a));
	free(folded);
}

/* As a subject or an issuer is compared. */
typedef bool match(const struct certificate_name *name, const char *cn, const char *dn);

static bool matches_subject(const struct certificate_name *name, const char *cn, const char *dn)
{
	const struct certificate_facts shown = {.subject_cn = cn, .subject_dn = dn};
	struct certificate_host host;

	certificate_host_read(cn, &host);
	return certificate_subject_matches(name, &host, &shown);
}

/* What a policy expects is met by itself, and by nothing where there is nothing. */
static void check_expected(const struct certificate_name *name, match *matches, const char *cn,
			   const char *dn)
{
	MUST(certificate_name_rank(name) > 0);
	MUST(!matches(name, NULL, NULL));
	(void)matches(name, cn, dn);
	switch (name->kind) {
	case CERTIFICATE_NAME_HOST:
	case CERTIFICATE_NAME_TREE:
	case CERTIFICATE_NAME_TEXT:
		MUST(matches(name, name->text, NULL));
		break;
	case CERTIFICATE_NAME_SUBDOMAINS:
		MUST(!matches(name, name->text, NULL));
		break;
	case CERTIFICATE_NAME_DN:
		MUST(matches(name, NULL, name->text));
		MUST(!matches(name, name->text, NULL));
		break;
	}
}

static void check_parse(const char *text, const char *cn, const char *dn)
{
	struct certificate_name name;
	const char *error = NULL;

	if (certificate_subject_parse(text, &name, &error)) {
		MUST(strcmp(name.written, text) == 0);
		check_expected(&name, matches_subject, cn, dn);
	} else {
		MUST(error != NULL && name.written == NULL);
	}
	certificate_name_fini(&name);
	if (certificate_issuer_parse(text, &name, &error))
		check_expected(&name, certificate_issuer_matches, cn, dn);
	certificate_name_fini(&name);
}

static void check_sendmail(const char *text)
{
	char *decoded = certificate_name_from_sendmail(text);

	MUST(decoded != NULL || strncmp(text, "BadCertificate", 14) == 0);
	if (decoded != NULL)
		MUST(strlen(decoded) <= strlen(text));
	free(decoded);
}

/* Fields: a name of the policy, and what a session shows: common name, distinguished name. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fields fields;
	const char *other;

	fields_init(&fields, data, size);
	other = fields.texts[2] != NULL ? fields.texts[2] : "";
	check_common_name(fields.texts[0]);
	check_unfinished(fields.texts[0]);
	check_equality(fields.texts[0], other);
	check_parse(fields.texts[0], fields.texts[1], fields.texts[2]);
	check_sendmail(fields.texts[0]);
	fields_fini(&fields);
	return 0;
}
