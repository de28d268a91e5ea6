/*
 * `add`, `edit`, `rm`, `pause`, `resume`: what the words say, and the two who carry it out: change_kept.c in a database that nobody
 * owns, change_owned.c through its owner. Both say what was done or what is wrong, and return the exit status.
 */
#ifndef KUMATOP_CLI_CHANGE_H
#define KUMATOP_CLI_CHANGE_H

#include "given.h"
#include "keeper.h"
#include "through.h"

struct change {
	const char *name, *target;	/* --name, --target; NULL: not given */
	int64_t for_ms;
	struct given given;
};

/* One word of the command line: a target, a name or a pattern. */
typedef int change_kept_fn(struct keeper *keeper, const struct change *change, const char *word);
change_kept_fn change_kept_add, change_kept_edit, change_kept_rm, change_kept_pause, change_kept_resume;

/* The picture has at least the monitors that the words may mean. */
struct owned {
	struct through *through;
	const struct snapshot *picture;
};

typedef int change_owned_fn(struct owned *owned, const struct change *change, const char *word);
change_owned_fn change_owned_add, change_owned_edit, change_owned_rm, change_owned_pause, change_owned_resume;

/* Says it. Bad words on the command line are a wrong usage, whatever layer found them. */
int change_fail_usage(struct error *err);

/* For an edit that changes nothing. */
bool change_is_empty(const struct change *change, const char *name, struct error *err);

#endif
