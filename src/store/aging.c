/* See aging.h. */
#include "aging.h"

#include "database.h"
#include "rows.h"

#define AGREES_US (10 * MINUTE_US)	/* more than a clock drifts, or a restart takes */
#define KEEP_EVERY_US (5 * MINUTE_US)
#define LOOK_MOST_US (5 * MINUTE_US)	/* somebody stopped us: that was no running */
#define OFF_MOST_US (14 * DAY_US)	/* between two runs a clock that is right goes on by this much, and is still the same other time */

static int64_t distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

static void believe(struct aging *aging, int64_t unix_us)
{
	aging->believed_us = unix_us;
	aging->apart_us = aging->doubt_us = 0;
}

void aging_begin(struct aging *aging, const struct aging_kept *kept, struct mono mono, int64_t unix_us)
{
	int64_t grown_us;

	*aging = (struct aging){ .believed_us = kept->believed_us, .doubt_us = kept->doubt_us, .looked = mono, .kept = *kept };
	if (kept->believed_us <= 0 || distance(unix_us, kept->believed_us) <= AGREES_US) {
		believe(aging, unix_us);
		return;
	}
	aging->apart_us = unix_us - kept->believed_us;
	grown_us = aging->apart_us - kept->apart_us;
	if (grown_us < -AGREES_US || grown_us > OFF_MOST_US)
		aging->doubt_us = 0;
}

enum aging_news aging_look(struct aging *aging, struct mono mono, int64_t unix_us)
{
	int64_t ran_us = mono_between_us(aging->looked, mono), apart_us, before_us = aging->apart_us;
	bool doubted = aging->doubt_us > 0;

	if (ran_us > LOOK_MOST_US)
		ran_us = LOOK_MOST_US;
	aging->looked = mono;
	aging->believed_us += ran_us;
	apart_us = unix_us - aging->believed_us;
	if (distance(apart_us, 0) <= AGREES_US) {
		believe(aging, unix_us);
		return doubted && distance(before_us, 0) >= DAY_US ? AGING_AGREES : AGING_AS_BEFORE;
	}
	if (distance(apart_us, before_us) > AGREES_US)
		aging->doubt_us = 0;
	aging->apart_us = apart_us;
	aging->doubt_us += ran_us > 0 ? ran_us : 1;
	if (aging->doubt_us >= DAY_US) {
		believe(aging, unix_us);
		return distance(apart_us, 0) >= DAY_US ? AGING_BELIEVES : AGING_AS_BEFORE;
	}
	/* Each time it changes, but not while it goes on. */
	if (distance(apart_us, 0) < DAY_US || (doubted && distance(apart_us, before_us) <= AGREES_US))
		return AGING_AS_BEFORE;
	return AGING_DOUBTS;
}

int64_t aging_now_us(const struct aging *aging, int64_t unix_us)
{
	return aging->believed_us < unix_us ? aging->believed_us : unix_us;
}

static int64_t column_apart(sqlite3_stmt *statement, int column)
{
	int64_t number = sqlite3_column_int64(statement, column);

	return number < 0 && number > INT64_MIN ? -rows_us(-number) : rows_us(number);
}

bool aging_read(sqlite3 *db, int64_t run, struct aging_kept *kept)
{
	sqlite3_stmt *statement = NULL;
	bool good = sqlite3_prepare_v2(db, "SELECT coalesce((SELECT value FROM meta WHERE key = 'aged_us'), (SELECT coalesce(ended_us, seen_us)"
	    " FROM run WHERE id <> ?1 ORDER BY id DESC LIMIT 1), 0), coalesce((SELECT value FROM meta WHERE key = 'aged_apart_us'), 0),"
	    " coalesce((SELECT value FROM meta WHERE key = 'aged_doubt_us'), 0)", -1, &statement, NULL) == SQLITE_OK
	    && sqlite3_bind_int64(statement, 1, run) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW;

	if (good)
		*kept = (struct aging_kept){ rows_column_us(statement, 0), column_apart(statement, 1), rows_column_us(statement, 2) };
	return sqlite3_finalize(statement) == SQLITE_OK && good;
}

bool aging_write(struct aging *aging, sqlite3 *db)
{
	struct aging_kept now = { aging->believed_us, aging->apart_us, aging->doubt_us };
	sqlite3_stmt *statement = NULL;
	bool good;

	if (distance(now.believed_us, aging->kept.believed_us) < KEEP_EVERY_US && (now.doubt_us > 0) == (aging->kept.doubt_us > 0))
		return true;
	good = sqlite3_prepare_v2(db, "INSERT INTO meta (key, value) VALUES ('aged_us', ?1), ('aged_apart_us', ?2), ('aged_doubt_us', ?3)"
	    " ON CONFLICT (key) DO UPDATE SET value = excluded.value", -1, &statement, NULL) == SQLITE_OK
	    && sqlite3_bind_int64(statement, 1, now.believed_us) == SQLITE_OK && sqlite3_bind_int64(statement, 2, now.apart_us) == SQLITE_OK
	    && sqlite3_bind_int64(statement, 3, now.doubt_us) == SQLITE_OK && database_finish(statement);
	if (good)
		aging->kept = now;
	return sqlite3_finalize(statement) == SQLITE_OK && good;
}
