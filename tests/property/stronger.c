/* SPDX-License-Identifier: MIT */
/*
 * Sessions made stronger in one thing: what that is, and where it may be
 * expected to help. Knows nothing of why a session is refused.
 */
#include <string.h>

#include "property/naive.h"
#include "property/round.h"

/* A cipher in place of another: no list that has the one must lack the other. */
static bool may_replace_cipher(const struct model_policy *policy, enum tls_version version, const char *old,
			       const char *new)
{
	for (size_t i = 0; i < policy->count; i++) {
		const struct model_require *require = &policy->connectors[i].require;
		const char *list = version == TLS_VERSION_1_3 ? require->ciphersuites : require->ciphers;

		if (list != NULL && naive_list_has(list, old) && !naive_list_has(list, new))
			return false;
	}
	return true;
}

/* The certificate selects no connector that was not selected without it. */
static bool presents_nothing(const struct model_policy *policy, const struct certificate_facts *certificate)
{
	for (size_t i = 0; i < policy->count; i++)
		if (fit_presented(&policy->connectors[i].presenting, certificate).class != FIT_NONE)
			return false;
	return true;
}

/* No "ciphersuites" that the session would have to meet for the first time. */
static bool all_suites_have(const struct model_policy *policy, const char *suite)
{
	for (size_t i = 0; i < policy->count; i++) {
		const char *list = policy->connectors[i].require.ciphersuites;

		if (list != NULL && !naive_list_has(list, suite))
			return false;
	}
	return true;
}

/* Each makes a session stronger in one thing, or says that it cannot. */
typedef bool strengthen(struct round *round, struct model_session *session);

/* TLS of any kind in place of plaintext: always. */
static bool encrypt(struct round *round, struct model_session *session)
{
	enum tls_version version = TLS_VERSION_1_0 + (enum tls_version)random_below(&round->state, 4);

	if (session->tls.present)
		return false;
	session->tls = (struct tls_facts){.present = true,
					  .version = version,
					  .version_text = tls_version_name(version),
					  .cipher = random_cipher(&round->state, version),
					  .bits = random_one_in(&round->state, 2) ? 128 : 256};
	return true;
}

/*
 * A higher version with the same cipher; or TLS 1.3, whose ciphers are others:
 * only where each "ciphersuites" of the policy, which said nothing before, has
 * the new one.
 */
static bool raise_version(struct round *round, struct model_session *session)
{
	enum tls_version version = session->tls.version + 1;

	if (!session->tls.present || session->tls.version >= TLS_VERSION_1_3)
		return false;
	version += (enum tls_version)random_below(&round->state, TLS_VERSION_1_3 - version + 1);
	if (version == TLS_VERSION_1_3) {
		session->tls.cipher = random_cipher(&round->state, version);
		if (!all_suites_have(&round->policy, session->tls.cipher))
			return false;
	}
	session->tls.version = version;
	session->tls.version_text = tls_version_name(version);
	return true;
}

/* More bits of the same cipher. Bits that are not known are not fewer than none: 0 is no encryption. */
static bool add_bits(struct round *round, struct model_session *session)
{
	session->tls.bits = session->tls.bits < 0 ? 0 : session->tls.bits;
	session->tls.bits += 1 + (int)random_below(&round->state, 200);
	return session->tls.present;
}

/* Forward secrecy by another cipher, where no list of the policy distinguishes the two to its disadvantage. */
static bool add_forward_secrecy(struct round *round, struct model_session *session)
{
	const char *old = session->tls.cipher, *new = random_cipher(&round->state, session->tls.version);

	if (!session->tls.present || strncmp(new, "AES", 3) == 0 ||
	    !may_replace_cipher(&round->policy, session->tls.version, old, new))
		return false;
	session->tls.cipher = new;
	return true;
}

/* A verified certificate in place of none, where it selects no connector by "presenting". */
static bool show_certificate(struct round *round, struct model_session *session)
{
	if (!session->tls.present || session->certificate.state == CERTIFICATE_VERIFIED)
		return false;
	random_certificate(&round->state, &session->certificate);
	/* Who is told of fingerprints is told of this one; what was shown before may be it. */
	if (session->fingerprints.seen == FINGERPRINTS_NONE)
		random_fingerprints(&round->state, &session->fingerprints);
	return presents_nothing(&round->policy, &session->certificate);
}

/*
 * An entry that lacks nothing but a fingerprint that nobody has seen is an
 * error of our own: what was held for its names is then deferred, and what was
 * deferred so comes, once a name meets it, to the demands behind certificates.
 */
static bool fares_no_worse(const struct model_session *session, const struct ruling *stronger,
			   const struct ruling *weaker)
{
	if (stronger->verdict <= weaker->verdict)
		return true;
	if (!naive_is_unseen(&session->fingerprints))
		return false;
	return (weaker->verdict == VERDICT_QUARANTINE && stronger->reason == REASON_INTERNAL) ||
	       (weaker->verdict == VERDICT_TEMPFAIL &&
		(stronger->reason == REASON_CLIENT || stronger->reason == REASON_SENDER));
}

/*
 * A stronger session never fares worse: "require always means TLS at
 * min_version or better" (design, section 2), and "cannot tell is no: no doubt
 * ever lets mail in" (section 3, 5).
 */
void check_stronger(struct round *round, size_t at)
{
	static strengthen *const steps[] = {encrypt, raise_version, add_bits, add_forward_secrecy,
					    show_certificate};
	const struct rulings *weaker = &round->rulings[at];

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		struct model_session session = round->sessions[at];
		struct strbuf was = {0};
		struct rulings stronger;

		if (!steps[i](round, &session))
			continue;
		stronger = trial_judge(&round->policy, round->config, &session);
		strbuf_puts(&was, "the weaker session: ");
		print_session(&round->sessions[at], &was);
		round_count(round, STRONGER, &round->policy, &session, was.text,
			    fares_no_worse(&session, &stronger.enforced, &weaker->enforced),
			    stronger.enforced.verdict != weaker->enforced.verdict, &stronger.enforced,
			    &weaker->enforced);
		round_count(round, STRONGER, &round->policy, &session, was.text,
			    fares_no_worse(&session, &stronger.tested, &weaker->tested),
			    stronger.tested.verdict != weaker->tested.verdict, &stronger.tested,
			    &weaker->tested);
		strbuf_fini(&was);
	}
}
