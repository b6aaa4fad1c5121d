/* SPDX-License-Identifier: MIT */
/*
 * The filter that forcedtlsd is measured against: the same steps and macros
 * negotiated, the same callbacks, and nothing done in them. tests/bench/run
 * checks that the negotiation is the same.
 */
#include <libmilter/mfapi.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "milter/macros.h"

/* As forcedtlsd asks for them, and never used: a policy may call for them later. */
#define ACTIONS (SMFIF_SETSYMLIST | SMFIF_QUARANTINE | SMFIF_ADDHDRS | SMFIF_CHGHDRS)

/* libmilter's prototypes lack const where it only reads. */
static char *as_read(const char *text)
{
	return (char *)(uintptr_t)text;
}

static bool request_macros(SMFICTX *ctx)
{
	static const int stages[MACRO_STAGES] = {SMFIM_CONNECT, SMFIM_HELO, SMFIM_ENVFROM, SMFIM_ENVRCPT,
						 SMFIM_DATA};
	bool taken = true;

	for (unsigned i = 0; i < MACRO_STAGES; i++) {
		struct strbuf list = {0};

		macros_request(i, &list);
		taken = smfi_setsymlist(ctx, stages[i], list.text) == MI_SUCCESS && taken;
		strbuf_fini(&list);
	}
	return taken;
}

static sfsistat on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps, unsigned long unused_2,
			     unsigned long unused_3, unsigned long *actions_r, unsigned long *steps_r,
			     unsigned long *unused_2_r, unsigned long *unused_3_r)
{
	(void)unused_2;
	(void)unused_3;
	*actions_r = actions & ACTIONS;
	*steps_r = steps & (SMFIP_NODATA | SMFIP_NOHDRS | SMFIP_NOEOH | SMFIP_NOBODY | SMFIP_NOUNKNOWN);
	*unused_2_r = 0;
	*unused_3_r = 0;
	if ((*actions_r & SMFIF_SETSYMLIST) != 0 && !request_macros(ctx))
		return SMFIS_REJECT;
	return SMFIS_CONTINUE;
}

static sfsistat on_connect(SMFICTX *ctx, char *hostname, _SOCK_ADDR *address)
{
	(void)ctx;
	(void)hostname;
	(void)address;
	return SMFIS_CONTINUE;
}

static sfsistat on_helo(SMFICTX *ctx, char *helo)
{
	(void)ctx;
	(void)helo;
	return SMFIS_CONTINUE;
}

static sfsistat on_envelope(SMFICTX *ctx, char **argv)
{
	(void)ctx;
	(void)argv;
	return SMFIS_CONTINUE;
}

static sfsistat on_end(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_CONTINUE;
}

int main(int argc, char **argv)
{
	struct smfiDesc filter = {
		.xxfi_name = as_read("noop"),
		.xxfi_version = SMFI_VERSION,
		.xxfi_negotiate = on_negotiate,
		.xxfi_connect = on_connect,
		.xxfi_helo = on_helo,
		.xxfi_envfrom = on_envelope,
		.xxfi_envrcpt = on_envelope,
		.xxfi_eom = on_end,
		.xxfi_abort = on_end,
		.xxfi_close = on_end,
	};

	if (argc != 2) {
		(void)fprintf(stderr, "usage: noop_milter SOCKET\n");
		return 64;
	}
	(void)umask(0);
	if (smfi_register(filter) != MI_SUCCESS || smfi_setconn(argv[1]) != MI_SUCCESS ||
	    smfi_opensocket(true) != MI_SUCCESS)
		return EXIT_FAILURE;
	return smfi_main() == MI_SUCCESS ? EXIT_SUCCESS : EXIT_FAILURE;
}
