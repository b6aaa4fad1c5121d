/* SPDX-License-Identifier: MIT */
/*
 * The fingerprint cache between the policy service and the milter, with
 * reloads, for Spin. Processes of smtpd(8) serve one session after the other.
 * Clients come from the same few ends of connections, begin TLS in mid-session
 * or never, show the pinned certificate, another or none, name recipients
 * twice, and are let in by somebody else before the policy service is asked;
 * meanwhile the policy is reloaded. tests/README.md says which function of src
 * each part stands for.
 *
 * What is taken for granted: no two sessions at once have both ends in common
 * (TCP), and smtpd waits for answers, but where src/milter/milter.c tells it
 * not to. What is in the cache may be gone at any time, which is all that age
 * and room come to.
 *
 * With one of the macros BREAK_... there is a mistake in it: tests/model/run
 * sees that each is found.
 */
#define NONE 255

mtype:fingerprints = {UNSEEN, NO_CERTIFICATE, PINNED, OTHER};
mtype:verdicts = {PASS, TEMPFAIL, REJECT};

/* src/run/snapshot.c. Of a policy it matters whether a connector pins a fingerprint. */
bool in_force = true;

/* src/run/fingerprint_cache.c, by key. The clock goes on where it matters: when a session begins. */
typedef entry {
	byte noted = NONE; /* NONE: there is none */
	byte taker = NONE;
	mtype:fingerprints seen = UNSEEN;
	/* What nobody looks at but the assertions in find(): the smtpd whose session it is of, and the session it served. */
	byte whose = NONE;
	byte served = NONE;
}
#define KEYS (2 * ENDS * RECIPIENTS)
entry entries[KEYS];
byte clock;

/* What is true of the session at each smtpd. */
bool tls[SMTPDS];
mtype:fingerprints presented[SMTPDS] = UNSEEN;
bool busy[ENDS];

chan requests = [0] of {byte, byte}; /* smtpd, recipient */
chan answers[SMTPDS] = [0] of {mtype:verdicts, bool}; /* and whether by a policy that pins one */

#ifdef BREAK_KEY_WITHOUT_TLS
#define key_of(smtpd, recipient) (ends[smtpd] * RECIPIENTS + (recipient))
#else
#define key_of(smtpd, recipient) ((tls[smtpd] * ENDS + ends[smtpd]) * RECIPIENTS + (recipient))
#endif
byte ends[SMTPDS];

/* src/policy/demand.c and demand_certificate.c: TLS first, then a certificate that is pinned. */
#define judge(pins, smtpd, seen)                                                                     \
	(!(pins) || (tls[smtpd] && (seen) == PINNED) -> PASS :                                       \
	 (tls[smtpd] && (seen) == UNSEEN -> TEMPFAIL : REJECT))

/* fingerprint_cache_note */
inline note(key, now, smtpd)
{
	entries[key].noted = now;
	entries[key].taker = NONE;
	entries[key].seen = presented[smtpd];
	entries[key].whose = smtpd;
	entries[key].served = NONE
}

/* src/policy_service/policy_service.c: one thread */
active proctype policy_service()
{
	byte smtpd, recipient, now;
	bool pins;
end:
	do
	:: requests ? smtpd, recipient ->
		pins = in_force; /* answer_request */
#ifdef BREAK_NOTE_IN_FORCE
		if
		:: pins ->
#else
		if
		:: pins || presented[smtpd] == PINNED || presented[smtpd] == OTHER ->
#endif
			now = clock; /* note_fingerprints */
			d_step {
				note(key_of(smtpd, recipient), now, smtpd);
				now = 0
			}
		:: else
		fi;
		answers[smtpd] ! judge(pins, smtpd, presented[smtpd]), pins;
		d_step {
			pins = false;
			smtpd = 0;
			recipient = 0
		}
	od
}

/*
 * What holds as long as nobody has both ends in common with another, which
 * a proxy's XCLIENT can do, or a network that cuts a connection before smtpd
 * sees that.
 */
#ifdef ENDS_IN_COMMON
#define assert_alone(condition) skip
#define may_begin(ends)		true
#else
#define assert_alone(condition) assert(condition)
#define may_begin(ends)		(!busy[ends])
#endif

/* src/milter/session.c: session_connect */
inline milter_connect()
{
	clock++;
	began = clock
}

/* session_mail, message_end. late: the milter has not seen MAIL yet, of which smtpd need not wait for an answer. */
inline milter_take_policy()
{
	pins = in_force;
	late = false
}
inline milter_mail()
{
	late = true
}
inline milter_catch_up()
{
	if
	:: late -> milter_take_policy()
	:: else
	fi
}
inline milter_end()
{
	milter_catch_up();
	pins = false;
	judged = false;
	kept = UNSEEN
}

#ifdef BREAK_FORGET_CONNECT
#define is_of_session(entry) true
#else
#define is_of_session(entry) (entry.noted >= began)
#endif
#ifdef BREAK_NO_TAKER
#define takes(entry) true
#else
#define takes(entry) (entry.taker == NONE || entry.taker == began)
#endif

/* fingerprint_cache_find. A session has the number of its CONNECT. */
inline find(key)
{
	if
	:: entries[key].noted == NONE
	:: entries[key].noted != NONE -> /* too old, or one that had to make room */
		gone = true;
		entries[key].noted = NONE;
		entries[key].taker = NONE;
		entries[key].seen = UNSEEN;
		entries[key].whose = NONE;
		entries[key].served = NONE
	:: entries[key].noted != NONE ->
		if
		:: is_of_session(entries[key]) && takes(entries[key]) ->
			entries[key].taker = began;
			seen = entries[key].seen;
			assert_alone(entries[key].whose == me);
			assert(entries[key].served == NONE || entries[key].served == began);
			entries[key].served = began
		:: else
		fi
	fi
}

/* src/milter/recipient.c: recipient_judge, and message_let_through of message.c */
inline milter_rcpt()
{
	milter_catch_up();
	seen = kept;
	if
	:: pins && seen == UNSEEN -> find(key_of(me, recipient))
	:: else
	fi;
	verdict = judge(pins, me, seen);
	assert_alone(seen == UNSEEN || seen == presented[me]);
	assert_alone(verdict != PASS || !pins || (tls[me] && presented[me] == PINNED));
	if
	:: verdict == PASS && !judged ->
		judged = true;
		kept = seen
	:: else
	fi;
	seen = UNSEEN
}

/* Restrictions, then the milter. */
inline smtpd_rcpt()
{
	atomic {
		recipients--;
		select (recipient : 0 .. RECIPIENTS - 1);
		if
		:: asked = true;
			requests ! me, recipient
		:: true /* permit_... before us */
		fi
	};
	atomic {
		if
		:: asked -> answers[me] ? verdict, by_pins
		:: else
		fi;
		if
		:: verdict == PASS ->
			milter_rcpt();
			/* Refused, but not for good, is who showed none where a reload came between. */
			assert_alone(verdict != TEMPFAIL || !asked || gone ||
				     (!by_pins && presented[me] == NO_CERTIFICATE));
			assert_alone(verdict != REJECT || !tls[me] || presented[me] != PINNED)
		:: true /* we, or another restriction, let it not in */
		fi;
		recipient = 0;
		asked = false;
		by_pins = false;
		gone = false;
		verdict = PASS
	}
}

inline smtpd_mail()
{
	atomic {
		messages--;
		recipients = RCPTS;
		milter_mail()
	};
	do
	:: recipients > 0 -> smtpd_rcpt()
	:: atomic { late -> milter_take_policy() }
	:: atomic {
		recipients = 0;
		milter_end();
		break
	}
	od
}

inline smtpd_starttls()
{
	atomic {
		!tls[me] -> tls[me] = true;
		if
		:: true
		:: presented[me] = PINNED
		:: presented[me] = OTHER
		fi
	}
}

inline smtpd_connect()
{
	atomic {
		if
		:: may_begin(0) -> ends[me] = 0
#if ENDS > 1
		:: may_begin(1) -> ends[me] = 1
#endif
		fi;
		busy[ends[me]] = true;
		left--;
		presented[me] = NO_CERTIFICATE;
		messages = MESSAGES;
		milter_connect()
	}
}

/* What it has noted is of a past session then. */
inline smtpd_quit()
{
	busy[ends[me]] = false;
	ends[me] = 0;
	presented[me] = UNSEEN;
	tls[me] = false;
	messages = 0;
	began = 0;
	do
	:: i < KEYS ->
		if
		:: entries[i].whose == me -> entries[i].whose = NONE
		:: else
		fi;
		i++
	:: else -> break
	od;
	i = 0
}

/* With the thread of libmilter that has its session: one of them waits for the other. */
active [SMTPDS] proctype smtpd()
{
	byte me = _pid - 1, left = SESSIONS, messages, recipients, recipient, began, i;
	bool asked, by_pins, gone, late, pins, judged;
	mtype:fingerprints seen = UNSEEN, kept = UNSEEN;
	mtype:verdicts verdict = PASS;

	do
	:: left > 0 ->
		smtpd_connect();
		do
		:: smtpd_starttls()
		:: messages > 0 -> smtpd_mail()
		:: atomic {
			smtpd_quit();
			break
		}
		od
	:: else -> break
	od
}

/* src/daemon/reloader.c: policies that pin a fingerprint and such that do not */
active proctype reloader()
{
end:
	do
	:: in_force = !in_force
	od
}

/* With fairness: whoever is asked answers. */
#ifdef EVENTUALLY
ltl answered { [] (smtpd[1]:asked -> <> !smtpd[1]:asked) }
#endif
