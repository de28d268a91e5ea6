/*
 * Who owns a database: flock(2) on a file beside it, "<database>.lock", never the database itself (closing any descriptor of
 * a database drops SQLite's own locks). The lock goes with the descriptor; a crash frees it.
 */
#ifndef KUMATOP_LOCK_H
#define KUMATOP_LOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "kumatop/error.h"

struct lock {
	int fd;			/* -1: not held */
	char *path;
};

/*
 * Takes the lock for the database at path, whose links are resolved first. EXIT_LOCKED and a text that names the owner (process,
 * user, since when) if somebody has it. Writes who we are into the file. Does not wait.
 */
bool lock_take(struct lock *lock, const char *database, struct error *err);
void lock_drop(struct lock *lock);	/* accepts one not held */

/*
 * Takes over a descriptor that came from another process with the lock held, as it is. EXIT_LOCKED, with the descriptor left open, if it
 * is of another file, or does not hold the lock while somebody else does. Does not sign.
 */
bool lock_inherit(struct lock *lock, const char *database, int fd, struct error *err);

/* Writes our own process id into a lock we inherited. Forgets the socket. */
bool lock_sign(struct lock *lock, struct error *err);

/* Writes where the owner listens, so that others find him whatever their environment says. */
bool lock_tell_socket(struct lock *lock, const char *socket, struct error *err);

/* False if the lock that we hold is not that of this path any more: its file was taken away, or something was mounted over it. */
bool lock_is_good(const struct lock *lock, const char *database);

/* True if some process holds the lock; *pid is its id or 0 when it is not told. */
bool lock_is_held(const char *database, pid_t *pid);

/* Where the process that holds the lock says it listens; NULL: nobody does, it is not told, or we may not read it. Heap. */
char *lock_socket(const char *database);

#endif
