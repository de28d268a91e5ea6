/*
 * What there is to tell somebody, as a value: built once by whoever decides that it is to be told, and immutable from then on. Every
 * channel makes of it what it needs: title and text are the same on all of them. Pure. Counted atomically; any thread may hold and release
 * one that is finished.
 */
#ifndef KUMATOP_ALERT_MESSAGE_H
#define KUMATOP_ALERT_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/buf.h"
#include "kumatop/error.h"

/* How bad it is; the words a provider has for it are in its row. */
enum alert_level { ALERT_LEVEL_INFO, ALERT_LEVEL_GOOD, ALERT_LEVEL_WARNING, ALERT_LEVEL_CRITICAL, ALERT_LEVEL_COUNT };

/* The words are sent out and kept in databases: rows are added at the end and never change. */
/*        name          word           said           level     emoji       */
#define ALERT_KIND_TABLE(X) \
	X(DOWN,        "down",        "DOWN",        CRITICAL, "\xf0\x9f\x94\xb4") \
	X(UP,          "up",          "UP",          GOOD,     "\xf0\x9f\x9f\xa2") \
	X(DEGRADED,    "degraded",    "DEGRADED",    WARNING,  "\xf0\x9f\x9f\xa1") \
	X(UNKNOWN,     "unknown",     "UNKNOWN",     WARNING,  "\xe2\x9a\xaa") \
	X(CERTIFICATE, "certificate", "CERTIFICATE", WARNING,  "\xf0\x9f\x94\x92") \
	X(DIGEST,      "digest",      "DIGEST",      CRITICAL, "\xf0\x9f\x94\xb4") \
	X(TEST,        "test",        "TEST",        INFO,     "\xf0\x9f\x94\xb5")

enum alert_kind {
#define X(name, word, said, level, emoji) ALERT_##name,
	ALERT_KIND_TABLE(X)
#undef X
	ALERT_KIND_COUNT
};

enum { ALERT_LINES_MOST = 500, ALERT_VALUE_MOST = 1000 };	/* lines of a digest; characters of one value wherever it is shown */

/* One monitor of a digest. */
struct alert_line {
	enum alert_kind kind;
	char *name, *reason;	/* heap */
	int64_t since_us;
};

/* Texts are heap memory, or NULL for what is not known; alert_set() fills them. Times are wall time, 0 for not known. */
struct alert_message {
	_Atomic size_t holders;
	enum alert_kind kind;
	char *id;		/* the same each time this message is tried: a provider that takes one tells by it what it has already */
	char *incident;		/* the same for all messages of one incident, so that its end finds its beginning */
	int64_t time_us;	/* when it was decided */
	int64_t since_us;	/* when the state began; of UP when the outage did */
	int64_t lasted_us;	/* how long: of UP the outage, of a repeated DOWN until now; 0: not said */
	int64_t cert_expires_us;
	int32_t latency_us;	/* -1: there was no answer */
	uint32_t repeat;	/* told for the nth time again while nobody acknowledged; 0: for the first time */
	bool escalated;		/* nobody acknowledged, and this channel is told after others */
	char *was;		/* the state before: "up" */
	char *name, *target, *target_kind;	/* of the monitor; of a test the channel's name */
	char *reason;		/* what is seen now: "503 Service Unavailable (expected 200-299)" */
	char *cause;		/* of UP why it was down; of a digest what its monitors have in common */
	char *tags, *group, *owner, *runbook, *description;	/* tags as "prod, db" */
	char *host;		/* the machine kumatop runs on */
	struct alert_line *lines;	/* of a digest; heap */
	size_t line_count;
	size_t more;		/* of a digest, beyond the lines */
};

/* With one holder, to be filled before anybody else sees it. */
struct alert_message *alert_message_create(enum alert_kind kind);
struct alert_message *alert_message_hold(struct alert_message *message);	/* accepts NULL */
void alert_message_release(struct alert_message *message);			/* accepts NULL */

/* Puts a text, made harmless, in the place of another; NULL and "" unset it. */
void alert_set(char **field, const char *text);

/* One more line of a digest; those beyond ALERT_LINES_MOST are counted in `more`. */
void alert_add_line(struct alert_message *message, enum alert_kind kind, const char *name, const char *reason, int64_t since_us);

const char *alert_kind_word(int kind);	/* "down"; "?" out of range */
int alert_kind_by_word(const char *word);	/* -1 if there is none */
const char *alert_level_word(int level);	/* "info" "good" "warning" "critical"; "?" out of range */
const char *alert_message_emoji(const struct alert_message *message);
enum alert_level alert_message_level(const struct alert_message *message);
const char *alert_message_state(const struct alert_message *message);	/* "DOWN", for people */

/*
 * What people read: the title is one line, the text a few. The list of a digest is cut between its lines before it takes more than `most`
 * bytes, and says how many are missing; nothing else is cut here. Local time with its zone.
 */
void alert_message_title(const struct alert_message *message, struct buf *out);
void alert_message_text(const struct alert_message *message, size_t most, struct buf *out);

/* "7 days", "3 hours": what is left, or how long ago it was. */
void alert_print_days(int64_t us, struct buf *out);

/*
 * As one JSON object on one line: the body of a plain webhook, what a program gets, and how a message is kept. Reading it back gives an
 * equal message; NULL with err for what is none. Of a digest at most lines_most monitors are written, the others are counted.
 */
void alert_message_print_json(const struct alert_message *message, size_t lines_most, struct buf *out);
struct alert_message *alert_message_read_json(const char *text, size_t length, struct error *err);

#endif
