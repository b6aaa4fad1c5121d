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

/* True for a service that runs that program of Postfix, and is not left out. */
bool service_is(const struct postfix *postfix, const struct service *service, const char *command);

/*
 * The networks of a list of Postfix's that one network of the policy's
 * trusted_networks does not hold: the first of them in text_r, which the
 * caller frees. False: there is none. Tables and files are not looked into.
 */
bool networks_exceed(const struct postfix *postfix, const struct service *service, const char *name,
		     const struct cidr_set *trusted, char **text_r);

#endif
