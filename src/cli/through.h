/*
 * Which running kumatop a command talks to, decided in one place, and the talk itself. The commands are used by people and scripts on a
 * board that may be owned by this user's kumatop, by the service, or by nobody.
 */
#ifndef KUMATOP_CLI_THROUGH_H
#define KUMATOP_CLI_THROUGH_H

#include "cli.h"
#include "kumatop/call.h"

enum { THROUGH_WAIT_MS = 10000 };	/* for an answer */

struct through {
	const struct cli_common *common;	/* borrowed */
	struct conf *conf;	/* our configuration; empty when only a socket was named */
	char *database;		/* ours; NULL: none is wanted, or only a socket was named */
	char *path;		/* of the socket; NULL: there is no owner */
	struct call *call;	/* NULL: there is no owner, the database is to be used */
	bool held;		/* our database has an owner; without call: it cannot be asked */
	bool named;		/* the socket was named: this owner or none */
	bool watched;		/* pictures come by this call already */
};

/*
 * Finds the owner:
 * 1. --socket or $KUMATOP_SOCKET: that one; when nobody listens there it is an error, and no database is touched.
 * 2. Else the owner of our database (--config, --database, or the usual ones), if it has one.
 * 3. Else, when neither configuration nor database was named: the service, or the personal kumatop.
 * 4. Else nobody: call is NULL. So it is, too, when our database is owned but its owner cannot be asked.
 * Prints what is wrong and returns false with *status set when the configuration is bad or the owner refuses.
 */
bool through_open(struct through *through, const struct cli_common *common, int *status);
void through_close(struct through *through);	/* accepts a zeroed one, and one that failed to open */

/* Our configuration, for the caller to keep or free; only when there is no owner. */
struct conf *through_take_conf(struct through *through);

/* Whether the owner is that of our database, which can be read without it as well. */
bool through_is_ours(const struct through *through);

/* "this is the board of …" on stderr when it is another user's. */
void through_say_whose(const struct through *through);

/* Attaches again after the owner has gone; the socket's path stays. What was watched is to be watched again. */
bool through_again(struct through *through, struct error *err);

/* Defaults for monitors that are added there: our configuration's, if it is the owner's too. */
const struct conf_settings *through_defaults(const struct through *through);

/* From now on pictures come of the monitors that any of these names or patterns may mean (count 0: all), or of health and counts alone. */
bool through_watch(struct through *through, char *const *words, size_t count, struct error *err);
bool through_watch_health(struct through *through, struct error *err);

/* The next picture of what is watched, held; the first of a watch has all of it. NULL with err as call_picture() has it. */
const struct snapshot *through_next(struct through *through, int wait_ms, struct error *err);

/* through_watch(), and its first picture. */
const struct snapshot *through_picture(struct through *through, char *const *words, size_t count, struct error *err);

/* Whether a word on the command line means this monitor: its very name, or a pattern of it. */
bool through_means(const char *word, const struct monitor_view *view);

/*
 * The monitor of this very name, or NULL with err (EXIT_DATA), naming the nearest of all the owner shows. through_unknown() is the
 * error alone.
 */
const struct monitor_view *through_find(struct through *through, const struct snapshot *picture, const char *name, struct error *err);
bool through_unknown(struct through *through, const char *name, struct error *err);

/* Has a command carried out; takes it. false with err: not carried out, and err->code is what to exit with. */
bool through_order(struct through *through, struct command *command, int wait_ms, struct reply *reply, struct error *err);

/*
 * An owner answers an order before it shows what came of it. Waits that instant, so that who looks next (the next line of a script) sees
 * it.
 */
void through_settle(struct through *through);

#endif
