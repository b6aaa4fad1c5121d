/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOCTOR_LISTENING_H
#define FORCEDTLS_DOCTOR_LISTENING_H

#include <stdbool.h>

#include "doctor/examination.h"
#include "doctor/postfix.h"
#include "util/ip.h"

/* Who gets through the restrictions of an smtpd service. */
enum audience {
	AUDIENCE_ANYBODY,
	AUDIENCE_OWN, /* users who have logged in, and networks of one's own */
	AUDIENCE_UNKNOWN, /* a table or another program decides */
};

/* Pure, as all here. */
enum audience smtpd_audience(const struct postfix *postfix, const struct service *service);

/* True for an smtpd that strangers can reach: no loopback, and not left out. */
bool smtpd_is_reached(const struct postfix *postfix, const struct service *service);

/* True for a name or an address of loopback, the address in brackets or without. */
bool is_loopback_host(const char *host, size_t length);

/* True for a service that runs that program of Postfix, and is not left out. */
bool service_is(const struct postfix *postfix, const struct service *service, const char *command);

/* True for a name in smtpd_restriction_classes: it stands for the list that the parameter of that name has. */
bool is_restriction_class(const struct postfix *postfix, const struct service *service, const char *word);
/* Classes within classes: what is deeper is not looked into. */
#define RESTRICTION_CLASS_DEPTH_MAX 5

/* True for a network that is as wide as a provider's, or wider. */
bool is_wide_network(const struct cidr *network);

/* What a list of networks comes to, beside the policy's trusted_networks. The worst comes last. */
enum networks {
	NETWORKS_TRUSTED, /* one of those holds each */
	NETWORKS_UNKNOWN, /* a file or a table has them, which is not looked into */
	NETWORKS_NAME, /* the name of a host, which is whom DNS says */
	NETWORKS_EXCEED, /* none of those holds it */
};

/* Of that parameter. word_r: the first of the worst words, until the check ends; NULL where all are trusted. */
enum networks networks_compare(const struct examination *examination, const char *name, const char **word_r);

#endif
