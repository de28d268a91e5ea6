/* The lock of a database. Its file is never the database itself, and is left behind: taking it away would race. */
#include "kumatop/lock.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

enum { SIGNATURE_MOST = 512, LINKS_MOST = 16, TRIES_MOST = 50 };

struct owner {
	pid_t pid;		/* 0: not told */
	char user[64];
	char since[40];
	char socket[128];
};

/* path with its last part replaced by what the link says, seen from the link's folder. */
static char *follow(const char *path, const char *link)
{
	const char *slash = strrchr(path, '/');

	if (*link == '/' || !slash)
		return heap_text(link);
	return heap_print("%.*s/%s", (int)(slash - path), path, link);
}

/* realpath(3) of a file that need not be there yet: its folder must. NULL with errno. */
static char *resolve_new(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? heap_text_n(path, slash == path ? 1 : (size_t)(slash - path)) : heap_text(".");
	char *real = realpath(folder, NULL);
	char *joined = NULL;

	if (real)
		joined = heap_print("%s/%s", strcmp(real, "/") ? real : "", slash ? slash + 1 : path);
	free(real);
	free(folder);
	return joined;
}

/* The path that everybody means who means this database, whichever link he came by. NULL with errno. */
static char *resolve(const char *database)
{
	char *path = heap_text(database);
	char link[PATH_MAX], *real, *next;
	ssize_t length;

	for (int i = 0; i < LINKS_MOST; i++) {
		real = realpath(path, NULL);
		if (!real && errno == ENOENT) {
			length = readlink(path, link, sizeof link - 1);
			if (length > 0) {
				link[length] = '\0';
				next = follow(path, link);
				free(path);
				path = next;
				continue;
			}
			real = resolve_new(path);
		}
		free(path);
		return real;
	}
	free(path);
	errno = ELOOP;
	return NULL;
}

static char *lock_path(const char *database, struct error *err)
{
	char *real = resolve(database);
	char *path;

	if (!real) {
		error_errno(err, errno == EACCES ? EXIT_PERMISSION : EXIT_INPUT_OUTPUT, "cannot find the folder of %s", database);
		return NULL;
	}
	path = heap_print("%s.lock", real);
	free(real);
	return path;
}

/* Takes the rest of the line behind a word, if the file has it. */
static void read_word(const char *text, const char *word, char *out, size_t size)
{
	const char *at = strstr(text, word);

	out[0] = '\0';
	if (at) {
		at += strlen(word);
		text_sanitize(out, size, at, strcspn(at, "\n"));
	}
}

static struct owner read_owner(int fd)
{
	char text[SIGNATURE_MOST];
	char pid[24];
	struct owner owner = { 0 };
	ssize_t length = pread(fd, text, sizeof text - 1, 0);
	long number;

	text[length < 0 ? 0 : length] = '\0';
	read_word(text, "pid ", pid, sizeof pid);
	read_word(text, "user ", owner.user, sizeof owner.user);
	read_word(text, "since ", owner.since, sizeof owner.since);
	read_word(text, "socket ", owner.socket, sizeof owner.socket);
	number = strtol(pid, NULL, 10);
	owner.pid = number > 0 && number <= INT_MAX ? (pid_t)number : 0;
	return owner;
}

static bool tell_owner(int fd, const char *database, struct error *err)
{
	struct owner owner = read_owner(fd);

	if (!owner.pid)
		return error_set(err, EXIT_LOCKED, "%s is in use by another kumatop", database);
	return error_set(err, EXIT_LOCKED, "%s is in use by kumatop with process id %d (user %s, since %s)", database, (int)owner.pid,
		*owner.user ? owner.user : "unknown", *owner.since ? owner.since : "unknown");
}

/*
 * True once the lock is ours. Somebody who only asks (lock_is_held) holds it shared for an instant: as long as we could share it
 * too nobody owns it, and trying again is right.
 */
static bool seize(int fd)
{
	for (int i = 0; i < TRIES_MOST; i++) {
		if (!flock(fd, LOCK_EX | LOCK_NB))
			return true;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return false;
		if (flock(fd, LOCK_SH | LOCK_NB))
			return false;
		if (flock(fd, LOCK_UN) || poll(NULL, 0, 1) < 0)
			return false;
	}
	errno = EWOULDBLOCK;
	return false;
}

/* False if the file was taken away or replaced while we opened it: our lock would guard nothing. */
static bool is_still_there(int fd, const char *path)
{
	struct stat opened, named;

	return !fstat(fd, &opened) && !lstat(path, &named) && opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/* Why the file would not open. One that only its owner may write still tells who he is. */
static void tell_why_closed(const char *path, const char *database, struct error *err)
{
	bool denied = errno == EACCES || errno == EPERM || errno == EROFS;
	int fd;

	error_errno(err, denied ? EXIT_PERMISSION : EXIT_INPUT_OUTPUT, "cannot open %s", path);
	if (!denied)
		return;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return;
	if (flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK)
		tell_owner(fd, database, err);
	close(fd);
}

/* A descriptor that holds the lock, or -1. */
static int open_locked(const char *path, const char *database, struct error *err)
{
	int fd;

	for (int i = 0; i < TRIES_MOST; i++) {
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
		if (fd < 0) {
			tell_why_closed(path, database, err);
			return -1;
		}
		if (!seize(fd)) {
			if (errno == EWOULDBLOCK)
				tell_owner(fd, database, err);
			else
				error_errno(err, EXIT_INPUT_OUTPUT, "cannot lock %s", path);
			close(fd);
			return -1;
		}
		if (is_still_there(fd, path))
			return fd;
		close(fd);
	}
	error_set(err, EXIT_INPUT_OUTPUT, "cannot lock %s: somebody keeps replacing it", path);
	return -1;
}

bool lock_take(struct lock *lock, const char *database, struct error *err)
{
	bool unsigned_at_worst;
	char *path;

	*lock = (struct lock){ .fd = -1 };
	path = lock_path(database, err);
	if (!path)
		return false;
	lock->fd = open_locked(path, database, err);
	if (lock->fd < 0) {
		free(path);
		return false;
	}
	lock->path = path;
	/* On a full disk the database is ours all the same; only our name is missing, and the one before us may not stay. */
	unsigned_at_worst = !lock_sign(lock, NULL) && ftruncate(lock->fd, 0);
	(void)unsigned_at_worst;
	return true;
}

void lock_drop(struct lock *lock)
{
	/* No LOCK_UN: a child that inherited the descriptor keeps the lock. In a zeroed struct 0 is not a lock but stdin. */
	if (lock->fd > STDERR_FILENO || (lock->path && lock->fd >= 0))
		close(lock->fd);
	free(lock->path);
	*lock = (struct lock){ .fd = -1 };
}

bool lock_inherit(struct lock *lock, const char *database, int fd, struct error *err)
{
	char *path = lock_path(database, err);

	*lock = (struct lock){ .fd = -1 };
	if (!path)
		return false;
	/* Who has the lock gets it again; it is the descriptor's, not the process's. */
	if (fd <= STDERR_FILENO || fcntl(fd, F_SETFD, FD_CLOEXEC) || !is_still_there(fd, path) || !seize(fd)) {
		error_set(err, EXIT_LOCKED, "descriptor %d does not hold %s", fd, path);
		free(path);
		return false;
	}
	lock->fd = fd;
	lock->path = path;
	return true;
}

bool lock_is_good(const struct lock *lock, const char *database)
{
	char *path = lock_path(database, NULL);
	bool good = path && strcmp(path, lock->path) == 0 && is_still_there(lock->fd, path);

	free(path);
	return good;
}

static void user_print(uid_t uid, char *out, size_t size)
{
	struct passwd entry, *found = NULL;
	char room[4096];

	if (!getpwuid_r(uid, &entry, room, sizeof room, &found) && found)
		text_sanitize(out, size, entry.pw_name, strlen(entry.pw_name));
	else
		snprintf(out, size, "%ju", (uintmax_t)uid);
}

static bool write_signature(const struct lock *lock, const char *text, size_t length, struct error *err)
{
	ssize_t written = pwrite(lock->fd, text, length, 0);

	if (written < 0 || ftruncate(lock->fd, (off_t)length))
		return error_errno(err, EXIT_INPUT_OUTPUT, "cannot write %s", lock->path ? lock->path : "the lock file");
	if ((size_t)written < length)
		return error_set(err, EXIT_INPUT_OUTPUT, "cannot write all of %s", lock->path ? lock->path : "the lock file");
	return true;
}

bool lock_sign(struct lock *lock, struct error *err)
{
	char text[SIGNATURE_MOST], user[64], since[40];
	int length;

	assert(lock->fd >= 0);
	user_print(geteuid(), user, sizeof user);
	moment_print(unix_now_us(), since, sizeof since);
	length = snprintf(text, sizeof text, "pid %d\nuser %s\nsince %.19sZ\n", (int)getpid(), user, since);
	assert(length > 0 && (size_t)length < sizeof text);
	return write_signature(lock, text, (size_t)length, err);
}

bool lock_tell_socket(struct lock *lock, const char *socket, struct error *err)
{
	struct owner owner = read_owner(lock->fd);
	char text[SIGNATURE_MOST];
	int length;

	/* A path that is cut leads nowhere. */
	if (strlen(socket) >= sizeof owner.socket || strpbrk(socket, "\n"))
		return error_set(err, EXIT_DATA, "%s is too long to be told", socket);
	length = snprintf(text, sizeof text, "pid %d\nuser %s\nsince %s\nsocket %s\n", (int)owner.pid, owner.user, owner.since, socket);
	assert(length > 0 && (size_t)length < sizeof text);
	return write_signature(lock, text, (size_t)length, err);
}

/* What the process that holds the lock says of itself; false: nobody does. */
static bool ask_holder(const char *database, struct owner *owner)
{
	char *path = lock_path(database, NULL);
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
	bool held;

	*owner = (struct owner){ 0 };
	free(path);
	if (fd < 0)
		return false;
	held = flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
	if (held)
		*owner = read_owner(fd);
	close(fd);
	return held;
}

bool lock_is_held(const char *database, pid_t *pid)
{
	struct owner owner;
	bool held = ask_holder(database, &owner);

	*pid = owner.pid;
	return held;
}

char *lock_socket(const char *database)
{
	struct owner owner;

	return ask_holder(database, &owner) && *owner.socket ? heap_text(owner.socket) : NULL;
}
