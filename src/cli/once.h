/* The board, checked once: kumatop when nobody looks at a terminal. */
#ifndef KUMATOP_CLI_ONCE_H
#define KUMATOP_CLI_ONCE_H

#include "cli.h"

/* Checks every monitor of configuration and database once, prints the board, and returns the exit status by the worst verdict. */
int once_run(const struct conf *conf, const char *database, bool json);

#endif
