/*
 * What the files behind kumatop/importing.h share.
 *
 * While roll-ups of what was added are not made yet, meta has a row "unrolled_ID" for each such monitor, with the time from which they are to
 * be made; ID is 0 where it is all that have beats. It is written with the beats and deleted with the roll-ups.
 */
#ifndef STORE_IMPORTING_H
#define STORE_IMPORTING_H

#include "kumatop/chunk.h"
#include "kumatop/importing.h"

#include "inside.h"
#include "intern.h"

enum importing_statement {
	IMPORTING_TAIL,
	IMPORTING_UNROLLED,
	IMPORTING_ROLLED,
	IMPORTING_UNROLLED_ALL,
	IMPORTING_FIRST_BEATS,
	IMPORTING_FIND_EVENT,
	IMPORTING_PUT_EVENT,
	IMPORTING_OPEN_INCIDENT,
	IMPORTING_FIND_RUN,
	IMPORTING_PUT_RUN,
	IMPORTING_END_RUN,
	IMPORTING_5MIN,
	IMPORTING_HOUR,
	IMPORTING_DAY,
	IMPORTING_EMPTY_5MIN,
	IMPORTING_EMPTY_HOUR,
	IMPORTING_EMPTY_DAY,
	IMPORTING_MARK,
	IMPORTING_STATEMENT_COUNT
};

struct imported {
	monitor_id id;
	struct importing_counts counts;
	int64_t unrolled_us;		/* as meta has it; INT64_MAX: nothing to roll */
	int64_t incident;		/* event.id of the one that is open in what was imported; 0: none */
};

struct importing {
	struct store *store;
	struct archive *archive;
	struct intern *intern;
	sqlite3_stmt *statements[IMPORTING_STATEMENT_COUNT];
	struct imported *monitors;	/* in order of id */
	size_t monitor_count, last;
	bool open;			/* a transaction is */
	int rows;			/* written in it */
	int64_t over_us[ROLLUP_STEP_COUNT];	/* buckets that end by then are over */
	int64_t closed_us[ROLLUP_STEP_COUNT];	/* and those that end by then were closed by the roller */
	bool marked;			/* meta says so; else importing_finish() does, and these are those that are over */
	int64_t tail_hour;		/* from this hour on there are beats in the tail */
	uint64_t *tail;			/* set of what is in the tail: a hash of monitor and millisecond; 0: a free slot */
	size_t tail_size, tail_count;

	/* The hour that is being gathered, all of one monitor. */
	monitor_id monitor;
	int64_t hour;
	struct import_beat *beats;	/* their texts are owned */
	size_t count, capacity;
	struct chunk_packer packer;
};

/* Sets err from the database's failure, and rolls back. Returns false. */
bool importing_fail(struct importing *importing, struct error *err);

/* A transaction is open after this; and one that has grown large is committed first. */
bool importing_touch(struct importing *importing, struct error *err);
bool importing_commit(struct importing *importing, struct error *err);
/* Also the hour that is being gathered. */
bool importing_flush(struct importing *importing, struct error *err);

/* Binds numbers from the first parameter on. NULL: it failed. */
sqlite3_stmt *importing_bind(struct importing *importing, enum importing_statement which, const int64_t *numbers, int count);
#define IMPORTING_BIND(importing, which, ...) importing_bind(importing, which, (const int64_t[]){ __VA_ARGS__ }, \
	(int)(sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)))

/* The first column of the first row, or none without one. */
bool importing_number(sqlite3_stmt *statement, int64_t none, int64_t *number);

struct imported *importing_monitor(struct importing *importing, monitor_id id);

/* From this time on its roll-ups are to be made, anew where there are some; monitor 0: those of all. In the transaction that is open. */
bool importing_unroll(struct importing *importing, struct imported *monitor, int64_t time_us);

/* All that have beats are to be rolled up from this time on. */
bool importing_unroll_all(struct importing *importing, int64_t from_us);

#endif
