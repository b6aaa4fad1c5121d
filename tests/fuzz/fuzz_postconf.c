/* SPDX-License-Identifier: MIT */
/*
 * The entry of libFuzzer for what postconf(1) prints, and for sendmail.cf: read, expanded, examined. make check replays
 * what three versions printed of one configuration. To fuzz, in the top folder:
 *
 *   clang -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Isrc -Itests tests/fuzz/fuzz_postconf.c \
 *       tests/lib/examine_text.c src/doctor/[a-z]*.c src/config/[a-z]*.c src/{util,mail,tls,policy,verdict}/[a-z]*.c \
 *       -o fuzz-postconf -lyaml -lssl -lcrypto -lidn2 -lunistring -ljansson
 *   ./fuzz-postconf -max_len=65536 CORPUS tests/fuzz/seeds/postconf
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/examine_text.h"
#include "util/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config *config;
	struct findings findings = {0};
	char *text = xstrndup((const char *)data, size);

	if (config == NULL)
		config = examine_policy();
	examine_text(text, config, &findings);
	examine_sendmail_text(text, config, &findings);
	findings_fini(&findings);
	free(text);
	return 0;
}
