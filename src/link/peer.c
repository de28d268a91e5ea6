#include "peer.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"

enum {
	GROUPS_FIRST = 64,
	GROUPS_MOST = 65536,		/* NGROUPS_MAX of Linux */
	RECORD_FIRST = 1024,
	RECORD_MOST = 1 << 20,		/* bytes of a user's record */
};

_Static_assert(sizeof(gid_t) == sizeof(uint32_t) && sizeof(uid_t) == sizeof(uint32_t), "the kernel's ids are copied as they are");

static bool read_groups(int fd, struct access_peer *peer, struct error *err)
{
	for (size_t room = GROUPS_FIRST;; room *= 2) {
		socklen_t length;

		/* One place stays free for the primary group, which need not be among them. */
		peer->gids = heap_resize(peer->gids, room + 1, sizeof(*peer->gids));
		length = (socklen_t)(room * sizeof(*peer->gids));
		if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, peer->gids, &length) == 0) {
			peer->gid_count = length / sizeof(*peer->gids);
			return true;
		}
		if (errno != ERANGE || room >= GROUPS_MOST)
			return error_errno(err, EXIT_INTERNAL, "the kernel does not tell the groups of who connected");
	}
}

static bool has_group(const struct access_peer *peer, uint32_t gid)
{
	for (size_t i = 0; i < peer->gid_count; i++) {
		if (peer->gids[i] == gid)
			return true;
	}
	return false;
}

static void number_name(uint32_t uid, char *name, size_t size)
{
	snprintf(name, size, "uid %lu", (unsigned long)uid);
}

bool peer_read(int fd, struct access_peer *peer, struct error *err)
{
	struct ucred credentials;
	socklen_t length = sizeof(credentials);

	*peer = (struct access_peer){ 0 };
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0)
		return error_errno(err, EXIT_INTERNAL, "the kernel does not tell who connected");
	/* What an unconnected socket, or one of another family, gives. */
	if (length != sizeof(credentials) || credentials.uid == (uid_t)-1 || credentials.gid == (gid_t)-1)
		return error_set(err, EXIT_INTERNAL, "the kernel does not know who connected");
	if (!read_groups(fd, peer, err)) {
		access_peer_finish(peer);
		return false;
	}
	peer->uid = credentials.uid;
	if (!has_group(peer, credentials.gid))
		peer->gids[peer->gid_count++] = credentials.gid;
	number_name(peer->uid, peer->name, sizeof(peer->name));
	return true;
}

void peer_name(uint32_t uid, char *name, size_t size)
{
	struct passwd user, *found = NULL;
	char *record = NULL;
	int result = ERANGE;

	for (size_t room = RECORD_FIRST; result == ERANGE && room <= RECORD_MOST; room *= 2) {
		record = heap_resize(record, room, 1);
		result = getpwuid_r(uid, &user, record, room, &found);
	}
	if (result == 0 && found && *found->pw_name)
		text_sanitize(name, size, found->pw_name, strlen(found->pw_name));
	else
		*name = '\0';
	if (*name == '\0')
		number_name(uid, name, size);
	free(record);
}
