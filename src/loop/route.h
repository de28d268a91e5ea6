/*
 * Where packets to a host go first, as the kernel sees it. Asked once something failed, never for a check that goes well. Any
 * thread; does not wait.
 */
#ifndef KUMATOP_LOOP_ROUTE_H
#define KUMATOP_LOOP_ROUTE_H

#include <stdbool.h>
#include <sys/socket.h>

/* Whether the host is behind a router that does not answer this machine. False if that is not known. */
bool route_is_dead(const struct sockaddr *to);

/* Whether this machine has an address from which packets to that host could come: of its family, of its scope. Asks for no port. */
bool route_has_source(const struct sockaddr *to);

/* Whether this is an address of this machine. */
bool route_is_local(const struct sockaddr *address);

#endif
