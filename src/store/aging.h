/*
 * By what time history grows old. What the clock of the day shows is believed while it agrees with how long we have run: a clock that
 * was set years ahead would otherwise have all history deleted as too old within a minute. Another time is believed once it has been
 * shown for a day of running, be it in several runs. Until then history grows old no faster than time passes while we run, which keeps
 * it longer than asked, and never shorter.
 *
 * A value without clocks of its own. Store thread.
 */
#ifndef STORE_AGING_H
#define STORE_AGING_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include "kumatop/when.h"

struct aging {
	int64_t believed_us;	/* wall time */
	int64_t apart_us;	/* how far the clock was ahead of that when last looked */
	int64_t doubt_us;	/* how long it has been so, while we ran; 0: it is believed */
	struct mono looked;
	struct aging_kept {
		int64_t believed_us, apart_us, doubt_us;
	} kept;			/* in the database */
};

enum aging_news {
	AGING_AS_BEFORE,
	AGING_DOUBTS,		/* the clock has come to show another time, by a day or more */
	AGING_BELIEVES,		/* and that is believed now */
	AGING_AGREES,		/* it shows what was believed all the while */
};

/* What is kept is of the run before, or all 0: there was none, and the clock is believed. */
void aging_begin(struct aging *aging, const struct aging_kept *kept, struct mono mono, int64_t unix_us);

/* Often: what passes between two looks counts as a minute or two at most. */
enum aging_news aging_look(struct aging *aging, struct mono mono, int64_t unix_us);

/* The time to compare with. Not after unix_us: what a clock that is behind calls old is old. */
int64_t aging_now_us(const struct aging *aging, int64_t unix_us);

/* What is kept of it, in `meta`. A database that has none yet: from the newest run that is not this one. false: sqlite3_errcode() says why. */
bool aging_read(sqlite3 *db, int64_t run, struct aging_kept *kept);

/* In a transaction, if there is something to be kept that is not. */
bool aging_write(struct aging *aging, sqlite3 *db);

#endif
