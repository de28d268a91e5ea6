/* The socket's file; see listener.h. Who may write to its folder could put his own socket there, so such a folder is refused. */
#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "kumatop/log.h"
#include "kumatop/place.h"

enum { WAITING_MOST = 128, SOCKET_MODE = 0660, FOLDER_MODE = 0750, FOLDER_MODE_IN_TMP = 0700 };

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return heap_text(".");
	return heap_text_n(path, slash == path ? 1 : (size_t)(slash - path));
}

/* A folder where everybody may make files, as /tmp is. */
static bool is_public(const char *folder)
{
	struct stat info;

	return stat(folder, &info) == 0 && (info.st_mode & S_IWOTH);
}

static bool judge_folder(const char *folder, const struct stat *info, struct error *err)
{
	if (info->st_uid != geteuid() && info->st_uid != 0)
		return error_set(err, EXIT_PERMISSION, "%s belongs to another user: whoever attaches there could meet him instead", folder);
	if (info->st_mode & (S_IWGRP | S_IWOTH))
		return error_set(err, EXIT_PERMISSION, "%s can be written by others, who could put a socket of their own there: chmod go-w it",
		    folder);
	return true;
}

static bool prepare_folder(const char *folder, struct error *err)
{
	char *above = folder_of(folder);
	bool in_public = is_public(above), fine = false;
	struct stat info;
	int fd;

	free(above);
	if (mkdir(folder, in_public ? FOLDER_MODE_IN_TMP : FOLDER_MODE) != 0 && errno != EEXIST)
		return error_errno(err, EXIT_UNAVAILABLE, "%s cannot be made", folder);
	/* A link in /tmp may lead anywhere, and be somebody else's. */
	fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC | (in_public ? O_NOFOLLOW : 0));
	if (fd < 0 || fstat(fd, &info) != 0)
		error_errno(err, EXIT_UNAVAILABLE, "%s cannot be used", folder);
	else
		fine = judge_folder(folder, &info, err);
	if (fd >= 0)
		close(fd);
	return fine;
}

/* What a kumatop that was killed left behind. */
static bool clear_place(const char *path, struct error *err)
{
	struct stat info;

	if (lstat(path, &info) != 0)
		return errno == ENOENT || error_errno(err, EXIT_UNAVAILABLE, "%s cannot be looked at", path);
	if (!S_ISSOCK(info.st_mode))
		return error_set(err, EXIT_UNAVAILABLE, "%s is there and is no socket: it is left alone", path);
	if (info.st_uid != geteuid())
		return error_set(err, EXIT_PERMISSION, "%s is another user's socket: it is left alone", path);
	if (place_listens(path))
		return error_set(err, EXIT_LOCKED, "somebody listens on %s already", path);
	return unlink(path) == 0 || error_errno(err, EXIT_UNAVAILABLE, "%s is left from before and cannot be taken away", path);
}

static bool bind_at(struct listener *listener, struct error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat info;

	memcpy(address.sun_path, listener->path, strlen(listener->path) + 1);
	/* The umask is the whole process's, so it stays: nobody can connect before listen(), and by then the mode is right. */
	if (bind(listener->fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
		return error_errno(err, EXIT_UNAVAILABLE, "%s cannot be bound", listener->path);
	if (lstat(listener->path, &info) != 0)
		return error_errno(err, EXIT_UNAVAILABLE, "%s cannot be looked at", listener->path);
	listener->device = info.st_dev;
	listener->inode = info.st_ino;
	if (chmod(listener->path, SOCKET_MODE) == 0 && listen(listener->fd, WAITING_MOST) == 0)
		return true;
	error_errno(err, EXIT_UNAVAILABLE, "%s cannot be listened on", listener->path);
	listener_remove(listener);
	return false;
}

bool listener_open(struct listener *listener, const char *path, struct error *err)
{
	char *folder = folder_of(path);
	bool fine;

	*listener = (struct listener){ .fd = -1 };
	fine = strlen(path) <= PLACE_PATH_MOST
	    || error_set(err, EXIT_USAGE, "%s: a socket's path has at most %d bytes", path, (int)PLACE_PATH_MOST);
	fine = fine && prepare_folder(folder, err) && clear_place(path, err);
	free(folder);
	if (!fine)
		return false;
	listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener->fd < 0)
		return error_errno(err, EXIT_INTERNAL, "there is no socket to be had");
	listener->path = heap_text(path);
	if (bind_at(listener, err))
		return true;
	close(listener->fd);
	free(listener->path);
	*listener = (struct listener){ .fd = -1 };
	return false;
}

void listener_remove(struct listener *listener)
{
	struct stat info;

	if (!listener->path)
		return;
	if (lstat(listener->path, &info) == 0 && info.st_dev == listener->device && info.st_ino == listener->inode
	    && unlink(listener->path) != 0)
		log_line(LOG_LEVEL_WARNING, "%s cannot be taken away: %s", listener->path, strerrordesc_np(errno));
	free(listener->path);
	listener->path = NULL;
}
