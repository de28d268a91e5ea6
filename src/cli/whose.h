/*
 * Whose board a kumatop without targets shows. What is found is said where a person would wonder.
 */
#ifndef KUMATOP_CLI_WHOSE_H
#define KUMATOP_CLI_WHOSE_H

#include "cli.h"

/*
 * The socket of the running owner to look at, or NULL for an engine of our own: with targets, or when a configuration or database was named,
 * always that. Else the owner at --socket, $KUMATOP_SOCKET or our configuration's `socket`; else the service's, then the personal one.
 * Heap. NULL with *status set, and said why, when there is nothing to be shown: nobody listens at a socket that was named, or the only
 * configuration there is is the service's.
 */
char *whose_board(const struct cli_common *common, bool targets, int *status);

/* Says on stderr whose socket this is, and who may connect to it. */
void whose_say_denied(const char *path);

/* The socket of the owner that has this configuration's database open, or NULL. Heap. */
char *whose_owns_database(const struct conf *conf, const struct cli_common *common);

/* Our configuration for what a viewer takes from it (theme, clock); an empty one when it cannot be read. Says nothing. */
struct conf *whose_conf(const struct cli_common *common);

#endif
