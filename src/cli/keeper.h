/*
 * A database that nobody owns, held by a command for a moment: `add`, `edit`, `rm`, `pause`, `resume`. And monitors as a database and a
 * configuration together say they are, which the owner and `list` need too.
 */
#ifndef KUMATOP_CLI_KEEPER_H
#define KUMATOP_CLI_KEEPER_H

#include "cli.h"
#include "kumatop/archive.h"
#include "kumatop/kept.h"
#include "kumatop/lock.h"
#include "kumatop/store.h"

/* Creates the directories above path, 0700. */
bool keeper_make_parents(const char *path, struct error *err);

/* One monitor of the roster. */
struct roster_entry {
	struct monitor_spec *spec;	/* held; NULL: known by name and id only (retired) */
	char *name;
	monitor_id id;			/* 0: not in the database yet */
	struct kept_standing standing;
	bool has_standing;
};

struct roster {
	struct roster_entry *entries;
	size_t count;
	monitor_id highest_id;
	struct text_list notes;		/* "web is declared and added: the declared one is taken" */
};

/*
 * Brings together what the configuration declares and what the database keeps. archive may be NULL. A kept monitor whose text is not
 * understood any more is noted and left alone.
 */
bool roster_read(struct roster *roster, const struct conf *conf, struct archive *archive, struct error *err);
void roster_finish(struct roster *roster);
struct roster_entry *roster_find(struct roster *roster, const char *name);	/* one with a spec */

struct keeper {
	struct conf *conf;
	struct lock lock;
	struct store *store;
	struct archive *archive;
	struct roster roster;
};

/*
 * Opens everything for a command. Prints what is wrong and returns false with *status set when the configuration is bad, no database is
 * configured, or somebody owns it.
 */
bool keeper_open(struct keeper *keeper, const struct cli_common *common, int *status);
void keeper_close(struct keeper *keeper);

/* The entry of this name, or an error naming the nearest. */
struct roster_entry *keeper_find(struct keeper *keeper, const char *name, struct error *err);

#endif
