/* A database that nobody owns, held by a command for a moment: `add`, `edit`, `rm`, `pause`, `resume`. */
#ifndef KUMATOP_CLI_KEEPER_H
#define KUMATOP_CLI_KEEPER_H

#include "cli.h"
#include "kumatop/lock.h"
#include "kumatop/store.h"
#include "roster.h"

/* Creates the directories above path, 0700. */
bool keeper_make_parents(const char *path, struct error *err);

struct keeper {
	struct conf *conf;
	struct lock lock;
	struct store *store;
	struct archive *archive;
	struct roster roster;
};

/*
 * Opens everything for a command; takes conf. database is --database or NULL. Prints what is wrong and returns false with *status set
 * when no database is configured, or somebody owns it.
 */
bool keeper_open(struct keeper *keeper, struct conf *conf, const char *database, int *status);
void keeper_close(struct keeper *keeper);

/* The entry of this name, or an error naming the nearest. */
struct roster_entry *keeper_find(struct keeper *keeper, const char *name, struct error *err);

#endif
