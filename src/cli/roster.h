/* Monitors as a configuration and a database together say they are: what the owner starts with and commands work on. */
#ifndef KUMATOP_CLI_ROSTER_H
#define KUMATOP_CLI_ROSTER_H

#include "cli.h"
#include "kumatop/archive.h"
#include "kumatop/kept.h"

struct roster_entry {
	struct monitor_spec *spec;	/* held; NULL: known by name and id only (retired) */
	char *name;			/* the spec's, if it is called so; else heap memory */
	monitor_id id;			/* 0: not in the database yet */
	struct kept_standing *standing;	/* heap memory; NULL: none is kept */
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

/*
 * A monitor as a database keeps it, to be shown and not to be checked: what it was told to be where its text is kept, else name, kind and
 * target alone. NULL: this kumatop does not understand it. Any thread.
 */
struct monitor_spec *roster_spec(const struct kept_monitor *kept);

/* An archive_spec_fn whose arg is a roster: the spec there where it has one, else roster_spec(). */
struct monitor_spec *roster_spec_of(void *arg, const struct kept_monitor *kept);

struct roster_entry *roster_find(struct roster *roster, const char *name);	/* one with a spec */

#endif
