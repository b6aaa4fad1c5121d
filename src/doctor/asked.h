/* SPDX-License-Identifier: MIT */
#ifndef FORCEDTLS_DOCTOR_ASKED_H
#define FORCEDTLS_DOCTOR_ASKED_H

#include "doctor/examination.h"

/* Where an MTA names one of our sockets. It ends with the check. */
struct asked {
	bool found;
	bool misspelt; /* it is meant, and the MTA does not read it as such */
	struct words words; /* of the list that names it, as they are */
	size_t index; /* of the word that does, or of check_policy_service before it */
	size_t own; /* of the word with the socket */
	const char *spec; /* that socket in the policy file */
	const char *puts_off; /* the default action that puts mail off */
	char *name; /* of the parameter */
	/* Of a policy service: */
	char *list; /* the list that Postfix goes through: name, or what leads to it by restriction classes */
	struct words before; /* what stands before ours there, in that order, and in the classes on the way */
	char *warned_in; /* the list where warn_if_reject stands before it; NULL: none does */
	size_t warned_index; /* of that word */
	struct endpoint endpoint; /* as it is written; none where it is misspelt */
	struct words options; /* behind it, in braces: "default_action=accept" */
};

/* Our milter, in smtpd_milters of the service. */
struct asked *asked_milter(const struct examination *examination);
/*
 * How our socket stands in a list, whatever an MTA does by default while we do
 * not answer: endpoint, the options of word ("" where there was none) but its
 * default_action, and action. Without a blank. Kept for the check, as what
 * the next two return.
 */
const char *asked_word(const struct examination *examination, const char *word, const char *endpoint,
		       const char *action);
/* The default actions that put mail off, of milters and of policy services. */
#define MILTER_PUTS_OFF "tempfail"
#define POLICY_SERVICE_PUTS_OFF "DEFER"
/* Writes our word anew, at its endpoint (as the service has to write it where that is misspelt), and to put mail off. */
void fix_own_word(struct examination *examination, struct finding *finding, struct asked *asked);
/* The same with our socket as the service has to write it. */
void fix_own_socket(struct examination *examination, struct finding *finding, struct asked *asked);
/* Puts our policy service first in a list, by the word that has its socket. */
void words_add_policy_service(struct words *words, const char *word);
/* What default_action of asked->options says; NULL: it is not there. */
const char *asked_action(const struct examination *examination, const struct asked *asked);
/* True when the service asks the milters that it names at all (receive_override_options). */
bool milters_are_asked(const struct examination *examination);
/* Our policy service, in the lists that are looked at for a recipient, and in restriction classes there. */
struct asked *asked_policy_service(const struct examination *examination);
/* ... and in any other list; found: name is that list. */
struct asked *asked_policy_service_elsewhere(const struct examination *examination);

/* True when spec, a socket of the policy file, is what the service gets to at endpoint, or was meant to. */
bool endpoint_is_ours(const struct examination *examination, const struct endpoint *endpoint,
		      const char *spec);

/* How the service has to write spec, a socket of the policy file. */
const char *endpoint_for_service(const struct examination *examination, const char *spec);
/* True when it cannot get there from its chroot, however it is written. */
bool endpoint_is_outside_chroot(const struct examination *examination, const char *spec);

/* A finding about what came of going there, and what mends it; NULL where nothing is wrong, or nothing new. */
struct finding *find_unreachable(struct examination *examination, struct asked *asked, const char *spec,
				 enum protocol protocol, connector_filter *filter);

/* Goes there as the service does. */
enum reach reach_from_service(const struct examination *examination, const struct endpoint *endpoint,
			      enum protocol protocol);
/* Goes to a socket of the policy file as we are. */
enum reach reach_ourselves(const struct examination *examination, const char *spec, enum protocol protocol);

#endif
