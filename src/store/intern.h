/*
 * Texts that repeat (reasons, addresses) kept once, by number. What was looked up lately is remembered.
 */
#ifndef STORE_INTERN_H
#define STORE_INTERN_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

struct intern;

struct intern *intern_create(sqlite3 *db);	/* NULL: sqlite3_errcode() says why */
void intern_destroy(struct intern *intern);	/* accepts NULL */

/* The id of a text, given one if it is new, inside the caller's transaction; 0 for "". false: the statement failed. */
bool intern_text(struct intern *intern, const char *text, int64_t now_us, int64_t *id);

/* What was remembered is not to be trusted: a transaction was rolled back, or texts were deleted. */
void intern_forget(struct intern *intern);

/* Deletes at most `most` texts that were last used before; *deleted says how many. */
bool intern_sweep(struct intern *intern, int64_t before_us, int most, int *deleted);

#endif
