/*
 * What the files behind archive.h share: the connection, its statements, and beats read a page at a time.
 */
#ifndef STORE_PAST_H
#define STORE_PAST_H

#include <sqlite3.h>

#include "kumatop/archive.h"

#include "texts.h"

enum past_statement {
	PAST_BEGIN,
	PAST_COMMIT,
	PAST_MONITORS,
	PAST_STANDINGS,
	PAST_SUBJECTS,
	PAST_HIGHEST,
	PAST_BEATS,
	PAST_BEATS_BACK,
	PAST_LAST_GOOD,
	PAST_BEFORE,
	PAST_CUTS,
	PAST_RUNS,
	PAST_EVENTS,
	PAST_EVENTS_BACK,
	PAST_EVENTS_ALL_BACK,
	PAST_COUNT_BEATS,
	PAST_SEQ_BOUNDS,
	PAST_SEQ_TIME,
	PAST_STATEMENT_COUNT
};

enum { PAST_PAGE_BEATS = 2048 };

struct past_beat {
	int64_t seq, time_us, cert_expires_us;
	int64_t detail, address;	/* ids; 0: none */
	const char *detail_text, *address_text;		/* valid until the next page; only if asked for */
	int32_t reach_ms, code;
	int32_t phase_us[PHASE_COUNT];
	uint8_t state, verdict, outcome;
};

struct archive {
	char *path;
	sqlite3 *db;
	sqlite3_stmt *statements[PAST_STATEMENT_COUNT];	/* made when first used */
	struct texts *texts;
	struct past_beat *page;		/* PAST_PAGE_BEATS; one reading at a time */
};

/* NULL: sqlite3_errcode() says why. */
sqlite3_stmt *past_statement(struct archive *archive, enum past_statement which);

/* Returns false and says why the last call failed. */
bool past_fail(struct archive *archive, struct error *err);

/*
 * Where a reading is. Zeroed but for monitor, from_us and to_us it starts at from_us. Each page is a transaction of its own that
 * has ended when past_page() returns.
 */
struct past_place {
	monitor_id monitor;
	int64_t from_us, to_us;
	int64_t seq;		/* beats at from_us up to this one have been read */
};

/* Reads the next beats into archive->page, in order of time; *count is 0 at the end. */
bool past_page(struct archive *archive, struct past_place *place, bool with_texts, size_t *count);

/* A row of the columns that past_page() reads. */
void past_read_beat(sqlite3_stmt *statement, struct past_beat *beat);

/* Answers, each from its file. */
bool past_answer_series(struct archive *archive, struct history_answer *answer, struct error *err);
bool past_answer_events(struct archive *archive, struct history_answer *answer, struct error *err);

#endif
