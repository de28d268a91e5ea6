/*
 * Events for commands, the same from an owner and from a database: pages of the newest put together, and what came since.
 */
#ifndef KUMATOP_CLI_PAST_H
#define KUMATOP_CLI_PAST_H

#include "kumatop/archive.h"
#include "through.h"

struct past {
	struct through *through;	/* asked if it has an owner */
	struct archive *archive;	/* else this */
};

/* Events, the newest first. */
struct past_events {
	struct history_event *items;	/* heap, with what they hold */
	size_t count;
	bool more;			/* there are older ones */
};

/* Whether an event is wanted. */
typedef bool past_wanted_fn(void *arg, const struct history_event *event);

/* The newest `most` from from_us on that are wanted. */
bool past_read(const struct past *past, int64_t from_us, size_t most, past_wanted_fn *wanted, void *arg, struct past_events *events,
    struct error *err);
void past_events_finish(struct past_events *events);	/* accepts a zeroed one, and one finished before */

/*
 * How far the log was told. Rows become visible in the order of their ids; but ids begin anew in a new database, and times go back when a
 * clock is set, so an event is news when either says so.
 */
struct past_mark {
	int64_t id, time_us;
};

bool past_is_news(const struct past_mark *mark, const struct history_event *event);

/* Where the log ends now. */
bool past_end(const struct past *past, struct past_mark *mark, struct error *err);

/* What is news, newest first; the mark moves behind it. */
bool past_news(const struct past *past, struct past_mark *mark, struct past_events *events, struct error *err);

#endif
