/*
 * A damaged database: moved out of the way, and what can be read of its monitors carried over.
 */
#ifndef STORE_SALVAGE_H
#define STORE_SALVAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "kumatop/error.h"
#include "kumatop/kept.h"

struct writer;

struct salvage {
	char *moved_to;
	struct kept_monitor *monitors;
	size_t monitor_count;
	struct kept_standing *standings;
	size_t standing_count;
};

/* Renames the database with its -wal and -shm to "<path>.damaged-<time>". Nobody may have it open. */
bool salvage_move(struct salvage *salvage, const char *path, struct error *err);

/* Reads monitors and standings, as far as they can be read. */
void salvage_read(struct salvage *salvage);

/* Writes them, in one transaction. */
bool salvage_write(const struct salvage *salvage, struct writer *writer);

void salvage_finish(struct salvage *salvage);	/* accepts a zeroed one */

#endif
