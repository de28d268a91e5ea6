/*
 * Where an owner's socket is, for those who bind it and those who look for it. May ask the user database and the file system, so never
 * on a loop.
 */
#ifndef KUMATOP_PLACE_H
#define KUMATOP_PLACE_H

#include <stdbool.h>

#include "kumatop/error.h"

#define PLACE_SERVICE_SOCKET "/run/kumatop/kumatop.sock"

/* PLACE_SERVICE_SOCKET, below the root that conf_system_path() knows. Heap. */
char *place_service_socket(void);
bool place_is_service(const char *path);

enum { PLACE_PATH_MOST = 107 };	/* bytes that sockaddr_un has room for */

/*
 * Where the owner of this database listens. named: --socket, $KUMATOP_SOCKET or `socket` of the configuration, or NULL; it is
 * taken as it is. A database below /var/lib/kumatop is the service's: PLACE_SERVICE_SOCKET. The usual personal database:
 * $XDG_RUNTIME_DIR/kumatop/kumatop.sock; any other: one named after its real path in the same folder. Without XDG_RUNTIME_DIR the folder
 * is /tmp/kumatop-UID. A path that is too long falls back to a short one there. Heap; NULL with err when none can be had.
 */
char *place_of_socket(const char *named, const char *database, struct error *err);

/* The same for one who looks for it, and means to believe it: NULL with err, too, where another user could have put a socket there. */
char *place_to_look(const char *named, const char *database, struct error *err);

/*
 * The running owners that a kumatop without a configuration of its own would look at, in order: named (as above) alone if it is given,
 * else the service's, then the personal one. Gives the first on which somebody listens. NULL when there is none; denied is then the path
 * of one that listens but may not be connected to by us, or NULL. Both heap.
 */
char *place_find_owner(const char *named, char **denied);

/* Whether somebody accepts connections there. */
bool place_listens(const char *path);

#endif
