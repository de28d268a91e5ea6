/*
 * How a check can end, in one table: the word for exports and queries, what it says about the target, a short form for
 * narrow columns and a sentence for people. Everything that speaks of an outcome reads its row. The words are kept in
 * databases: rows are added at the end, and never change their number or meaning.
 */
#ifndef KUMATOP_OUTCOME_H
#define KUMATOP_OUTCOME_H

#include <stdbool.h>

enum verdict {
	VERDICT_UP,
	VERDICT_DEGRADED,
	VERDICT_DOWN,
	VERDICT_UNKNOWN,	/* could not check; never counts as downtime */
	VERDICT_COUNT
};

/*        name                  verdict   word                  brief        sentence */
#define OUTCOME_TABLE(X) \
	X(OK,                   UP,       "ok",                 "ok",        "answered as expected") \
	X(SLOW,                 DEGRADED, "slow",               "slow",      "answered, but slower than it should") \
	X(CERT_LAPSES,          DEGRADED, "cert-lapses",        "cert",      "certificate expires soon") \
	X(CONNECT_REFUSED,      DOWN,     "refused",            "refused",   "connection refused") \
	X(CONNECT_TIMEOUT,      DOWN,     "connect-timeout",    "no-conn",   "no connection in time") \
	X(UNREACHABLE,          DOWN,     "unreachable",        "unreach",   "a router says it cannot be reached") \
	X(NAME_NOT_FOUND,       DOWN,     "name-not-found",     "no-name",   "the name does not exist") \
	X(TLS_EXPIRED,          DOWN,     "tls-expired",        "expired",   "certificate has expired") \
	X(TLS_NOT_YET_VALID,    DOWN,     "tls-not-yet-valid",  "tls",       "certificate is not valid yet") \
	X(TLS_WRONG_HOST,       DOWN,     "tls-wrong-host",     "tls-host",  "certificate is for another host") \
	X(TLS_SELF_SIGNED,      DOWN,     "tls-self-signed",    "self-sig",  "certificate is self-signed") \
	X(TLS_UNKNOWN_ISSUER,   DOWN,     "tls-unknown-issuer", "issuer",    "certificate is from an unknown issuer") \
	X(TLS_FAILED,           DOWN,     "tls-failed",         "tls",       "TLS handshake failed") \
	X(ANSWER_TIMEOUT,       DOWN,     "answer-timeout",     "no-answer", "no answer in time") \
	X(TRANSFER_TIMEOUT,     DOWN,     "transfer-timeout",   "stalled",   "the answer did not end in time") \
	X(RESET,                DOWN,     "reset",              "reset",     "connection reset by the server") \
	X(EMPTY_REPLY,          DOWN,     "empty-reply",        "empty",     "connection closed without an answer") \
	X(CUT_SHORT,            DOWN,     "cut-short",          "cut",       "the answer ended too early") \
	X(PROTOCOL_ERROR,       DOWN,     "protocol-error",     "garbage",   "the answer makes no sense") \
	X(WRONG_STATUS,         DOWN,     "wrong-status",       "status",    "wrong status") \
	X(WRONG_BODY,           DOWN,     "wrong-body",         "body",      "wrong body") \
	X(BODY_TOO_LARGE,       DOWN,     "body-too-large",     "too-big",   "body too large") \
	X(TOO_MANY_REDIRECTS,   DOWN,     "too-many-redirects", "redirects", "too many redirects") \
	X(BAD_REDIRECT,         DOWN,     "bad-redirect",       "redirect",  "redirected to where we do not follow") \
	X(PACKET_LOSS,          DOWN,     "packet-loss",        "loss",      "packets were lost") \
	X(RESOLVER_SILENT,      UNKNOWN,  "resolver-silent",    "no-dns",    "our name server does not answer") \
	X(RESOLVER_FAILED,      UNKNOWN,  "resolver-failed",    "dns-fail",  "our name server refuses or fails") \
	X(NO_ROUTE,             UNKNOWN,  "no-route",           "no-route",  "no route to it from this machine") \
	X(NO_SOCKETS,           UNKNOWN,  "no-sockets",         "no-socks",  "out of sockets or ports on this machine") \
	X(NOT_PERMITTED,        UNKNOWN,  "not-permitted",      "no-perm",   "not permitted on this machine") \
	X(INTERNAL,             UNKNOWN,  "internal",           "internal",  "kumatop could not carry out the check") \
	X(MISSED,               UNKNOWN,  "missed",             "missed",    "kumatop had no room to check in time") \
	X(FAILED,               DOWN,     "failed",             "failed",    "it failed, as another program found")

enum outcome {
#define X(name, verdict, word, brief, sentence) OUTCOME_##name,
	OUTCOME_TABLE(X)
#undef X
	OUTCOME_COUNT
};

struct outcome_row {
	enum verdict verdict;
	const char *word;
	const char *brief;	/* at most 9 cells, ASCII */
	const char *sentence;
};

/* Any thread. outcome out of range (from a newer database, say) reads as INTERNAL. */
const struct outcome_row *outcome_row(int outcome);

/* The outcome with this word, or -1. */
int outcome_by_word(const char *word);

const char *verdict_word(enum verdict verdict);		/* "up" "degraded" "down" "unknown" */
enum verdict verdict_worse(enum verdict a, enum verdict b);	/* down before unknown before degraded before up */

/* 0 up, 1 degraded, 2 down, 3 unknown: the Nagios plugin convention. */
int verdict_exit_code(enum verdict verdict);

/* Swaps up (and degraded) with down; unknown stays: `invert = true`. */
enum verdict verdict_invert(enum verdict verdict);

#endif
