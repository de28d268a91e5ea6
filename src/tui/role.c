/*
 * Keys against the table of roles; see role.h.
 */
#include "role.h"

#include <stdio.h>

/* ACCESS_ACTION_COUNT: nobody is kept from it. */
static enum access_action access_of(enum action action)
{
	switch (action) {
	case ACTION_PAUSE: case ACTION_UNDO:
		return ACCESS_PAUSE;
	case ACTION_CHECK: case ACTION_CHECK_ALL:
		return ACCESS_CHECK;
	case ACTION_ACKNOWLEDGE:
		return ACCESS_ACKNOWLEDGE;
	case ACTION_ADD: case ACTION_CLONE:
		return ACCESS_ADD;
	case ACTION_EDIT:
		return ACCESS_EDIT;
	case ACTION_DELETE:
		return ACCESS_REMOVE;
	case ACTION_TEST:
		return ACCESS_TEST;
	default:
		return ACCESS_ACTION_COUNT;
	}
}

bool role_is_deed(enum action action)
{
	return access_of(action) != ACCESS_ACTION_COUNT;
}

enum access_role role_now(const struct tui *tui)
{
	const struct snapshot *snapshot = tui_snapshot(tui);

	return snapshot ? (enum access_role)snapshot->health.role : ACCESS_NONE;
}

enum access_role role_missing(const struct tui *tui, enum action action)
{
	enum access_action needed = access_of(action);
	enum access_role role = role_now(tui);

	if (needed == ACCESS_ACTION_COUNT || role == ACCESS_NONE || access_role_may(role, needed))
		return ACCESS_NONE;
	while (role < ACCESS_ADMIN && !access_role_may(role, needed))
		role++;
	return role;
}

bool role_check(struct tui *tui, enum action action)
{
	enum access_role least = role_missing(tui, action);
	const char *host = tui_board(tui)->host;

	if (least == ACCESS_NONE)
		return true;
	tui_toast(tui, TOAST_WARN, "you are %s on %s: to %s takes %s", access_role_word((int)role_now(tui)), host ? host : "this board",
	    access_action_sentence((int)access_of(action)), access_role_word((int)least));
	return false;
}

char *role_print(const struct tui *tui, char *out, size_t size)
{
	enum access_role role = role_now(tui);

	if (role != ACCESS_NONE)
		snprintf(out, size, "viewer %s", access_role_word((int)role));
	else
		snprintf(out, size, "%s", tui_board(tui)->checks_here ? "" : "viewer");
	return out;
}
