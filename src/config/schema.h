/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_CONFIG_SCHEMA_H
#define FORCEDTLS_CONFIG_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "config/daemon_settings.h"
#include "config/tree.h"
#include "policy/policy.h"

/*
 * What a policy file may say: every map with its keys, their types, ranges,
 * words and defaults. The reader, its messages and the documentation follow
 * these tables; there is no second list of keys anywhere.
 */
enum value_type {
	VALUE_BOOLEAN,
	VALUE_INTEGER,
	VALUE_WORD, /* one of a closed list */
	VALUE_TEXT,
	VALUE_LIST, /* of texts, and where the key has a schema also of maps; one item may stand for the list */
	VALUE_MAP, /* where the key has words, one of those may stand in its place */
	VALUE_MAPS, /* a list of maps, always written as one */
};

enum characters {
	CHARACTERS_TEXT, /* anything but ASCII control characters; lines may end */
	CHARACTERS_PRINTABLE, /* 0x20 to 0x7E */
	CHARACTERS_NAME, /* letters, digits, ".", "_", "-" */
};

struct word {
	const char *text;
	int value;
};

struct words {
	const char *noun; /* "version", as in: unknown version "x" */
	const struct word *list;
	size_t count;
};

struct key {
	const char *name;
	enum value_type type;
	enum characters characters; /* of a text */
	size_t offset; /* of its struct value in the struct that the map is read into */
	long min; /* integers: the value; texts: length in bytes */
	long max;
	const struct words *words;
	const struct schema *schema;
	const char *required; /* why the key must be there, completes "is missing: "; NULL: it need not */
	const char *default_text; /* as one would write it; NULL: none */
	const char *inherits; /* what holds instead where the key is missing, as a path; NULL: nothing */
	const char *
		wanted; /* "a name such as x": a YAML boolean or number is an error; NULL: any text will do */
	const char *summary; /* for the manual: one line, no full stop */
	bool may_be_empty; /* a list without items says something */
};

struct schema {
	const char *noun; /* "a connector", as in: unknown key "x" in a connector */
	const struct key *keys;
	size_t count;
	size_t size; /* of the struct that the map is read into */
};

/* The most keys that a map may have: the reader keeps track of them on its stack. */
#define SCHEMA_KEYS_MAX 16

/* What a key was given. */
struct value {
	bool given; /* the key is there, whether it is right or not */
	const struct node *node; /* NULL: not there, or of no use */
	const char *text; /* scalars: as written, or the default; NULL: neither, or of no use */
	long number; /* booleans, integers, words: as written, or the default */
};

struct raw_policy {
	struct value daemon;
	struct value mode;
	struct value trusted_networks;
	struct value recipient_delimiter;
	struct value myorigin;
	struct value mydomain;
	struct value defaults;
	struct value trace_header;
	struct value include;
	struct value connectors;
};

/* A file that "include" names. */
struct raw_included {
	struct value connectors;
};

/* For DAEMON_SETTINGS. */
#define SCHEMA_RAW_MEMBER(kind, key, type, effect, ...) struct value key;

struct raw_daemon {
	DAEMON_SETTINGS(SCHEMA_RAW_MEMBER)
};

struct raw_defaults {
	struct value min_version;
	struct value on_failure;
};

struct raw_connector {
	struct value name;
	struct value description;
	struct value enabled;
	struct value mode;
	struct value selectors[SELECTOR_COUNT];
	struct value header_from;
	struct value except;
	struct value require;
	struct value deliver;
	struct value on_failure;
	struct value message;
};

struct raw_exception {
	struct value senders;
	struct value recipients;
	struct value clients;
	struct value authenticated;
};

struct raw_require {
	struct value min_version;
	struct value ciphers;
	struct value ciphersuites;
	struct value min_cipher_bits;
	struct value forward_secrecy;
	struct value certificate;
	struct value allowed_clients;
	struct value allowed_senders;
};

struct raw_deliver {
	struct value level;
	struct value match;
	struct value trust_anchors;
	struct value min_version;
	struct value ciphers;
	struct value exclude;
	struct value servername;
	struct value connection_reuse;
	struct value fingerprints;
};

struct raw_certificate {
	struct value subject;
	struct value issuer;
	struct value fingerprint;
	struct value valid_from;
	struct value valid_to;
};

/* A map that stands for the items of a list. */
struct raw_list_item {
	struct value file;
};

extern const struct schema schema_policy;
extern const struct schema schema_included;
extern const struct schema schema_daemon;
extern const struct schema schema_defaults;
extern const struct schema schema_connector;
extern const struct schema schema_exception;
extern const struct schema schema_require;
extern const struct schema schema_deliver;
extern const struct schema schema_certificate;
extern const struct schema schema_list_item;

/* The words that may stand in the place of "require". */
enum require_word {
	REQUIRE_TLS,
	REQUIRE_NONE,
};

/* And in the place of "deliver", beside those of enum tls_policy_level. */
enum deliver_word {
	DELIVER_NONE = -1,
};

/*
 * Calls visit for each key of schema and of the maps below it, in the order of
 * the tables. path: "connectors[].require.min_version", valid for the call.
 */
typedef void schema_visit(void *context, const char *path, const struct key *key);
void schema_walk(const struct schema *schema, schema_visit *visit, void *context);

#endif
