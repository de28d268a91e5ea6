/*
 * A directory of a test's own, below $TMPDIR.
 */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

/* Heap; aborts when it cannot be made. */
char *scratch_make(void);

/* Removes it with all that is in it, and frees the name. Accepts NULL. */
void scratch_remove(char *directory);

/* "<directory>/<name>", heap. */
char *scratch_path(const char *directory, const char *name);

#endif
