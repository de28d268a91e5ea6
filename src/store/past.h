/*
 * What the files behind archive.h share: the connection, its statements, and the beats of a monitor, wherever they are kept: an hour of
 * them is a chunk of beat_chunk, or rows of beat_tail, or some of both.
 */
#ifndef STORE_PAST_H
#define STORE_PAST_H

#include <sqlite3.h>

#include "kumatop/archive.h"
#include "kumatop/buf.h"
#include "kumatop/chunk.h"

#include "tail.h"
#include "texts.h"

enum past_statement {
	PAST_BEGIN,
	PAST_COMMIT,
	PAST_MONITORS,
	PAST_STANDINGS,
	PAST_SUBJECTS,
	PAST_HIGHEST,
	PAST_CHUNK,
	PAST_NEXT_HOUR,
	PAST_PREVIOUS_HOUR,
	PAST_TAIL_BEAT,
	PAST_CUTS,
	PAST_RUNS,
	PAST_EVENTS,
	PAST_EVENTS_BACK,
	PAST_EVENTS_ALL_BACK,
	PAST_TURNS,
	PAST_GOOD_TURN,
	PAST_ENDING,
	PAST_OPEN,
	PAST_HOUR_SPAN,
	PAST_HOUR_COUNT,
	PAST_MONITOR_HOUR_COUNT,
	PAST_ALL_MONITORS,
	PAST_RUN_BEFORE,
	PAST_LAST_EVENT,
	PAST_CHANGES_BACK,
	PAST_EVENT_AFTER,
	PAST_EVIDENCE,
	PAST_EVENTS_FORTH,
	PAST_EVENTS_ALL_FORTH,
	PAST_META,
	PAST_ALL_CUTS,
	PAST_TAIL,
	/* each for every step, in the order of enum rollup_step */
	PAST_ROLLED_STARTS,
	PAST_ROLLED_ONE = PAST_ROLLED_STARTS + ROLLUP_STEP_COUNT,
	PAST_ROLLED_FIRST = PAST_ROLLED_ONE + ROLLUP_STEP_COUNT,
	PAST_ROLLED_ALL = PAST_ROLLED_FIRST + ROLLUP_STEP_COUNT,
	PAST_ROLLED_LAST = PAST_ROLLED_ALL + ROLLUP_STEP_COUNT - 1,
	PAST_STATEMENT_COUNT
};

enum { PAST_PAGE_BEATS = 2048 };

struct past_beat {
	int64_t time_us, cert_expires_us;
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
	struct tail *tail;
	struct past_beat *page;		/* PAST_PAGE_BEATS; one reading at a time */
	struct past_beat *hour;		/* all of the hour that was looked at last */
	size_t hour_count, hour_capacity;
	struct buf packed;		/* the bytes of the chunk that is read */
	bool damage_told;
};

/* NULL: sqlite3_errcode() says why. */
sqlite3_stmt *past_statement(struct archive *archive, enum past_statement which);

/* The last call failed on a page that is broken. */
bool past_is_damage(const struct archive *archive);

/* Returns false and says why the last call failed. */
bool past_fail(struct archive *archive, struct error *err);

/*
 * Where a reading is. Zeroed but for monitor, from_us and to_us it starts at from_us. Each page is a transaction of its own that
 * has ended when past_page() returns; what is packed between two pages is read neither twice nor not at all.
 */
struct past_place {
	monitor_id monitor;
	int64_t from_us, to_us;
	size_t taken;		/* so many beats at from_us have been read */
	bool begun;
};

/*
 * Reads the next beats into archive->page, in order of time; *count is 0 at the end. The first page is no more than the first hour that
 * has any, as few readings want more; a later one that is not full is the last.
 */
bool past_page(struct archive *archive, struct past_place *place, bool with_texts, size_t *count);

/*
 * Visits beats from the newest before a time backwards, until the visitor returns false. In the transaction that is open, else in one of
 * its own.
 */
bool past_back(struct archive *archive, monitor_id monitor, int64_t before_us, bool (*visit)(void *arg, const struct past_beat *),
    void *arg);

/* How many beats there are in a window, to the hour at its edges where they are packed. */
bool past_count(struct archive *archive, monitor_id monitor, int64_t from_us, int64_t to_us, uint64_t *count);

/* The roll-up of a monitor that began then, into one that is zeroed or was used before; *found: there is one. */
bool past_rollup(struct archive *archive, enum rollup_step step, int64_t start_us, monitor_id monitor, struct rollup *rollup, bool *found);

/* Heap array of when the buckets in a window began that somebody has a row of. */
bool past_rolled_starts(struct archive *archive, enum rollup_step step, int64_t from_us, int64_t to_us, int64_t **starts, size_t *count);

/* When the first bucket of a step began that there is a row of; INT64_MAX: there is none. */
bool past_rolled_first(struct archive *archive, enum rollup_step step, int64_t *first_us);

/* A number in `meta`; 0: it is not there. */
bool past_meta(struct archive *archive, const char *key, int64_t *number);

/* Up to where the buckets of this step are closed; 0: none is. */
bool past_rolled(struct archive *archive, enum rollup_step step, int64_t *until_us);

/* What history is about: monitors, and names that only the log remembers (their kind is ""). */
struct past_subject {
	monitor_id id;
	char *name, *kind;
};

struct past_subjects {
	struct past_subject *list;
	size_t count;
	size_t monitors;	/* of all, whether they match or not */
};

/* Those of a range, ordered by name. false: sqlite3_errcode() says why. past_subjects_finish() in either case. */
bool past_subjects_find(struct archive *archive, const struct archive_range *range, struct past_subjects *subjects);
void past_subjects_finish(struct past_subjects *subjects);

/* As archive_incidents(), of one monitor, whose name is not told. false: sqlite3_errcode() says why. */
bool past_incidents(struct archive *archive, monitor_id monitor, int64_t from_us, int64_t to_us,
    bool (*visit)(void *arg, const char *name, const struct incident *incident), void *arg);

/* Answers, each from its file. */
bool past_answer_series(struct archive *archive, struct history_answer *answer, struct error *err);
bool past_answer_events(struct archive *archive, struct history_answer *answer, struct error *err);
bool past_answer_windows(struct archive *archive, struct history_answer *answer, struct error *err);

#endif
