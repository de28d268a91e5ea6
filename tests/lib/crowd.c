/* See crowd.h. */
#include "crowd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kumatop/heap.h"

enum { ROOM = 64 * 1024, HEAD = 16 };

/* Written by the child only. */
struct counts {
	_Atomic uint64_t bytes, views;
	_Atomic uint64_t boards[CROWD_MOST];
	atomic_uint ended;
};

struct crowd {
	pid_t pid;
	unsigned readers;
	struct counts *counts;
};

/* One who reads. Of each line only the beginning is looked at. */
struct reader {
	char head[HEAD];
	size_t length;		/* of the line so far */
};

static const char wishes[] = "{\"op\":\"hello\",\"protocol\":1,\"version\":\"crowd\"}\n{\"op\":\"watch\",\"what\":\"board\"}\n";

static void end_line(struct counts *counts, unsigned who, struct reader *reader)
{
	static const char view[] = "{\"op\":\"view\"", board[] = "{\"op\":\"board\"";

	if (reader->length >= sizeof(view) && memcmp(reader->head, view, sizeof(view) - 1) == 0)
		atomic_fetch_add(&counts->views, 1);
	else if (reader->length >= sizeof(board) && memcmp(reader->head, board, sizeof(board) - 1) == 0)
		atomic_fetch_add(&counts->boards[who], 1);
	reader->length = 0;
}

static void take(struct counts *counts, unsigned who, struct reader *reader, const char *bytes, size_t length)
{
	atomic_fetch_add(&counts->bytes, length);
	while (length) {
		const char *newline = memchr(bytes, '\n', length);
		size_t part = newline ? (size_t)(newline - bytes) : length;

		for (size_t i = 0; i < part && reader->length + i < HEAD; i++)
			reader->head[reader->length + i] = bytes[i];
		reader->length += part;
		if (!newline)
			return;
		end_line(counts, who, reader);
		bytes += part + 1;
		length -= part + 1;
	}
}

/* Those who never read are only kept. */
static void read_all(struct counts *counts, struct pollfd *fds, unsigned readers)
{
	static struct reader all[CROWD_MOST];
	static char bytes[ROOM];

	for (;;) {
		if (poll(fds, readers, -1) < 0 && errno != EINTR)
			_exit(1);
		for (unsigned i = 0; i < readers; i++) {
			ssize_t n = fds[i].revents ? recv(fds[i].fd, bytes, sizeof(bytes), MSG_DONTWAIT) : -1;

			if (n > 0) {
				take(counts, i, &all[i], bytes, (size_t)n);
			} else if (fds[i].revents && (n == 0 || errno == ECONNRESET)) {
				fds[i].fd = -1;
				atomic_fetch_add(&counts->ended, 1);
			}
		}
	}
}

static int attach(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0
	    && send(fd, wishes, sizeof(wishes) - 1, MSG_NOSIGNAL) == (ssize_t)sizeof(wishes) - 1)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool attach_all(const char *path, struct pollfd *fds, unsigned count, struct error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	unsigned i = 0;

	memcpy(address.sun_path, path, strnlen(path, sizeof(address.sun_path) - 1));
	for (; i < count; i++) {
		fds[i] = (struct pollfd){ .fd = attach(&address), .events = POLLIN };
		if (fds[i].fd < 0)
			break;
	}
	if (i == count)
		return true;
	error_errno(err, EXIT_UNAVAILABLE, "%s", path);
	while (i > 0)
		close(fds[--i].fd);
	return false;
}

/* Memory that children share, or MAP_FAILED. */
static void *share(size_t size)
{
	int fd = memfd_create("crowd", MFD_CLOEXEC);
	void *memory = fd >= 0 && ftruncate(fd, (off_t)size) == 0 ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;

	if (fd >= 0)
		close(fd);
	return memory;
}

struct crowd *crowd_start(const char *path, unsigned readers, unsigned silent, struct error *err)
{
	struct crowd *crowd = heap_zero(1, sizeof(*crowd));
	static struct pollfd fds[CROWD_MOST];

	crowd->readers = readers;
	crowd->counts = share(sizeof(*crowd->counts));
	if (crowd->counts == MAP_FAILED || readers + silent > CROWD_MOST || !attach_all(path, fds, readers + silent, err)) {
		free(crowd);
		return NULL;
	}
	crowd->pid = fork();
	if (crowd->pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		read_all(crowd->counts, fds, readers);
	}
	for (unsigned i = 0; i < readers + silent; i++)
		close(fds[i].fd);
	return crowd;
}

void crowd_stop(struct crowd *crowd)
{
	if (!crowd)
		return;
	if (crowd->pid > 0) {
		kill(crowd->pid, SIGKILL);
		waitpid(crowd->pid, NULL, 0);
	}
	munmap(crowd->counts, sizeof(*crowd->counts));
	free(crowd);
}

uint64_t crowd_bytes(const struct crowd *crowd)
{
	return atomic_load(&crowd->counts->bytes);
}

uint64_t crowd_views(const struct crowd *crowd)
{
	return atomic_load(&crowd->counts->views);
}

uint64_t crowd_least_boards(const struct crowd *crowd)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < crowd->readers; i++) {
		uint64_t boards = atomic_load(&crowd->counts->boards[i]);

		least = boards < least ? boards : least;
	}
	return least;
}

unsigned crowd_ended(const struct crowd *crowd)
{
	return atomic_load(&crowd->counts->ended);
}
