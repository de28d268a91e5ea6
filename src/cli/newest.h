/* The newest of many incidents, in bounded memory: what archive_incidents() visits. */
#ifndef KUMATOP_CLI_NEWEST_H
#define KUMATOP_CLI_NEWEST_H

#include "kumatop/record.h"

struct newest {
	struct incident_record *items;	/* heap, with names and what the incidents hold */
	size_t count, room;
	size_t most;			/* so many are wanted */
	bool evidence;			/* and with it */
	bool more;			/* there are older ones */
};

bool newest_take(void *arg, const char *name, const struct incident *incident);	/* arg: struct newest */

/* After the last one: those wanted, in order of their start. */
void newest_sort(struct newest *newest);
void newest_finish(struct newest *newest);

#endif
