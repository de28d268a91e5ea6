/*
 * A database that is taken up later: see `later` in store.h. Store thread, except for the beginning.
 */
#ifndef STORE_LATER_H
#define STORE_LATER_H

#include "inside.h"

/* While opening, in memory: takes the lock that settings has, and reads what can be read of the file. */
void later_begin(struct store *store, const struct store_settings *settings);

/* Is it to be tried again at store->later_due? */
bool later_waits(const struct store *store);

/* Opens it and moves everything there, or leaves all as it was. ending: monitors may change their ids. true: the file is the store now. */
bool later_try(struct store *store, bool ending);

#endif
