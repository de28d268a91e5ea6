/*
 * From a path to a connection that can be written to.
 */
#ifndef STORE_OPENING_H
#define STORE_OPENING_H

#include "inside.h"

/* store->path, store->db and store->writer for the path; NULL: in memory. A damaged one is refused where memory stands in for it already. */
bool opening_open(struct store *store, const char *path, struct error *err, char **notice);

bool opening_make_parents(const char *path, struct error *err);

#endif
