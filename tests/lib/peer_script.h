/* The language of peer.h, parsed: flat lists of steps. Private to tests/lib. */
#ifndef TESTS_PEER_SCRIPT_H
#define TESTS_PEER_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/error.h"

#include "peer_cert.h"

enum step_kind {
	STEP_END,		/* close; what every script ends with */
	STEP_ACCEPT,
	STEP_READ_REQUEST,
	STEP_READ_LINE,
	STEP_READ_SOME,
	STEP_READ_UNTIL,
	STEP_SEND,
	STEP_SEND_FILE,
	STEP_DRIP,
	STEP_PAUSE,
	STEP_HEADER,
	STEP_RESPOND,
	STEP_ECHO_REQUEST,
	STEP_REDIRECT,
	STEP_REDIRECT_SELF,
	STEP_BODY,
	STEP_ENDLESS_BODY,
	STEP_ENDLESS_HEADERS,
	STEP_GZIP_BOMB,
	STEP_RESET,
	STEP_HANG,
	STEP_LOOP,
	STEP_TLS,
	STEP_TLS_ASKS,
	STEP_TLS_GARBAGE,
	STEP_ON,
	STEP_REFUSE,
	STEP_BACKLOG_FULL,
	STEP_LISTEN,
};

struct step {
	enum step_kind kind;
	char *text;		/* may hold NULs; NULL when the step takes none */
	size_t length;
	int64_t number;		/* milliseconds, bytes, status or days */
	enum peer_cert cert;
	size_t skip;		/* STEP_ON: the step behind its block */
};

struct script {
	struct step *steps;	/* the last is STEP_END */
	size_t count;
};

enum listen_mode { LISTEN_OPEN, LISTEN_REFUSE, LISTEN_FULL };

/* All that a peer was given at one time. Counted: connections hold theirs. */
struct script_set {
	unsigned holders;
	unsigned served;	/* connections so far: whose turn it is */
	enum listen_mode mode;
	bool ipv4, ipv6;
	struct script *scripts;
	size_t count;
};

struct script_set *script_parse(const char *text, struct error *err);
void script_release(struct script_set *set);	/* accepts NULL */

#endif
