/*
 * Who is at the other end of a connected unix socket, as the kernel knows it. Private to src/link.
 */
#ifndef LINK_PEER_H
#define LINK_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/access.h"

/*
 * User and all groups, as they were when the other end connected; name is "uid 1000" until peer_name() knows better. Does not block.
 * On failure *peer is zeroed, and the other end must not be let in: somebody without his groups might see more than with them.
 */
bool peer_read(int fd, struct access_peer *peer, struct error *err);

/*
 * The user's name, made harmless, or "uid 1000" when the user database does not know one. Blocks, for as long as a directory server
 * takes: only on a worker thread. Any thread.
 */
void peer_name(uint32_t uid, char *name, size_t size);

#endif
