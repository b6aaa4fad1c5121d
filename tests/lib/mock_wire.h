/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_TESTS_MOCK_WIRE_H
#define FORCEDTLS_TESTS_MOCK_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/memory.h"

/*
 * The milter protocol's packets over a stream socket, with a deadline on every
 * wait: four bytes of length, a command, data. One thread a wire.
 */
struct wire {
	int fd; /* -1: not open */
	int timeout_ms;
	struct strbuf out; /* packets not yet sent */
	size_t packet; /* where the packet under construction begins in out */
	char *in;
	size_t in_start; /* first byte not yet handed out */
	size_t in_end;
	size_t in_capacity;
	char *error; /* what went wrong first; NULL: nothing */
};

void wire_init(struct wire *wire, int timeout_ms);
void wire_fini(struct wire *wire);

/* "unix:PATH", "local:PATH", "inet:PORT@HOST", "inet6:PORT@HOST", HOST numeric. */
bool wire_dial(struct wire *wire, const char *socket);

/* Packets are collected, as MTAs do, and leave with wire_flush. */
void wire_begin(struct wire *wire, char command);
void wire_add(struct wire *wire, const void *bytes, size_t length);
void wire_add_u32(struct wire *wire, uint32_t value);
/* With its NUL. */
void wire_add_string(struct wire *wire, const char *text);
void wire_end(struct wire *wire);
bool wire_flush(struct wire *wire);

/* The next packet; data_r is valid until the next read. */
bool wire_read(struct wire *wire, char *command_r, const char **data_r, size_t *length_r);

/* Notes the first error and returns false. */
bool wire_fail(struct wire *wire, const char *format, ...) __attribute__((format(printf, 2, 3)));

uint32_t wire_u32(const char *bytes);

#endif
