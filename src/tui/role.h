/*
 * What the one who looks may do to monitors that an owner elsewhere checks. The owner decides; here it is only said before anybody
 * tries in vain. Screen thread.
 */
#ifndef KUMATOP_TUI_ROLE_H
#define KUMATOP_TUI_ROLE_H

#include <stdbool.h>

#include "view.h"

#include "kumatop/access.h"

/* What we are there; ACCESS_NONE when the engine is our own, or nothing is known yet: everything may be tried. */
enum access_role role_now(const struct tui *tui);

/* The least role that an action takes when ours is too low for it, else ACCESS_NONE. */
enum access_role role_missing(const struct tui *tui, enum action action);

/* Whether it changes something, or has it checked. */
bool role_is_deed(enum action action);

/* false: ours is too low, and a toast has said so. */
bool role_check(struct tui *tui, enum action action);

/* "viewer dev", "viewer", or "" when the engine is our own. Returns out. */
char *role_print(const struct tui *tui, char *out, size_t size);

#endif
