/* SPDX-License-Identifier: MIT */
/*
 * The names of clients that the policy asks for, as rules of sendmail.mc. With
 * SetCertAltnames (8.16 and later) Sendmail has the alternative names of a
 * certificate in a class, which a rule can ask for a name, but not list: so
 * there is one for each name. What is found it hands to the milter in a macro,
 * which has names of the policy alone, whatever the certificate has.
 */
#include <stdio.h>
#include <string.h>

#include "cli/export.h"
#include "tls/certificate.h"
#include "util/memory.h"

/*
 * No more than this in a macro. Sendmail refuses a line of SMTP for which a
 * rule would handle more than 1000 tokens, or 1024 bytes (conf.h, MAXATOM and
 * MAXNAME); a name has less than 256 bytes, and no more tokens than bytes.
 */
#define MACRO_SIZE 700

static void altnames_add(struct export_line **table, const char *prefix, const char *domain)
{
	struct strbuf name = {0};

	strbuf_printf(&name, "%s%s", prefix, domain);
	export_table_add(table, strbuf_take(&name), xstrdup(""));
}

/* As a certificate can have it, in so far as that can be asked for. */
static void altnames_add_name(struct export_job *job, const struct connector *connector,
			      const struct certificate_name *name)
{
	const char *parent;

	switch (name->kind) {
	case CERTIFICATE_NAME_HOST:
		parent = strchr(name->text, '.');
		altnames_add(&job->table, "", name->text);
		if (parent != NULL && strchr(parent + 1, '.') != NULL) /* "*.com" says nothing */
			altnames_add(&job->table, "*", parent);
		break;
	case CERTIFICATE_NAME_TREE:
	case CERTIFICATE_NAME_SUBDOMAINS:
		if (name->kind == CERTIFICATE_NAME_TREE)
			altnames_add(&job->table, "", name->text);
		altnames_add(&job->table, "*.", name->text);
		export_warn(
			job, connector, connector->place,
			"Sendmail cannot look for all names below %s: list those that are alternative names",
			name->text);
		break;
	case CERTIFICATE_NAME_DN:
	case CERTIFICATE_NAME_TEXT:
		break;
	}
}

static void altnames_add_connector(struct export_job *job, const struct connector *connector)
{
	for (size_t i = 0; i < connector->presenting_count; i++)
		altnames_add_name(job, connector, &connector->presenting[i]);
	for (size_t i = 0; connector->has_require && i < connector->require.certificate_count; i++)
		if (connector->require.certificates[i].has_subject)
			altnames_add_name(job, connector, &connector->require.certificates[i].subject);
}

/* How many of them have room in the macro, each with a comma. */
static size_t altnames_room(const struct export_line *table)
{
	size_t longest = 1, room;

	for (; table != NULL; table = table->hh.next)
		if (strlen(table->key) > longest)
			longest = strlen(table->key);
	room = MACRO_SIZE / (longest + 1);
	return room < CERTIFICATE_ALTNAMES_MAX ? room : CERTIFICATE_ALTNAMES_MAX;
}

static const char head[] =
	"dnl Names of clients that forcedtlsd(8) asks for, by forcedtls export sendmail --altnames.\n"
	"dnl Behind the MAILER lines of sendmail.mc, see forcedtls-sendmail(7).\n"
	"LOCAL_CONFIG\n"
	"O SetCertAltnames=true\n"
	"Kforcedtls macro\n"
	"LOCAL_TLS_CLIENT\n"
	"ROK $| $*\t\t\t$: OK $| $1 $>ForcedtlsNames\n"
	"LOCAL_RULESETS\n"
	"SForcedtlsNames\n";

/*
 * In the workspace: a "+" for each name that there is room for, those that were
 * found, and in brackets the one that is looked for. m4 takes no name for one
 * of its own, since they are quoted.
 */
static void altnames_write(const struct export_line *table, struct strbuf *out)
{
	strbuf_printf(out, "%sR$*\t\t\t\t$:", head);
	for (size_t room = altnames_room(table); room > 0; room--)
		strbuf_puts(out, " +");
	strbuf_puts(out, " <>\n");
	for (; table != NULL; table = table->hh.next)
		strbuf_printf(out,
			      "R$* <$*>\t\t\t$: $1 <`%s'>\n"
			      "R+ $* <$={cert_altnames}>\t$: $1 $2, <>\n",
			      table->key);
	strbuf_puts(out, "R$* <$*>\t\t\t$: $1\n"
			 "R+ $*\t\t\t\t$1\n"
			 "R$*\t\t\t\t$: $(forcedtls {forcedtls_altnames} $@ $1 $)\n"
			 "R$*\t\t\t\t$@\n");
}

bool export_altnames(struct export_job *job)
{
	struct strbuf out = {0};
	bool written;

	for (size_t i = 0; i < job->policy->connector_count; i++)
		altnames_add_connector(job, job->policy->connectors[i]);
	export_table_sort(&job->table);
	if (job->table != NULL)
		altnames_write(job->table, &out);
	written = fputs(strbuf_text(&out), stdout) >= 0 && fflush(stdout) == 0;
	strbuf_fini(&out);
	export_table_fini(&job->table);
	return written;
}
