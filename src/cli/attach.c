/*
 * `kumatop attach --stdio`: what `kumatop --host` runs at the other end of ssh. Copies bytes between stdin and stdout and the owner's
 * socket, and understands none of them. Both ways are served by one poll(2) and neither waits for the other, so that two ends that both
 * write at once cannot block each other.
 */
#include "commands.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "kumatop/place.h"

struct options {
	struct cli_common common;
	bool stdio;
};

static const struct setting options_table[] = {
	{ "stdio", NULL, SETTING_FLAG, offsetof(struct options, stdio), 0, 0, NULL, NULL, NULL, "speak on stdin and stdout", NULL },
	CLI_SOCKET_ROW(struct options),
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

enum { ROOM = 64 * 1024 };

/* One direction. */
struct way {
	int from, to;
	bool to_socket;		/* send(2) never blocks; others take what poll(2) promises: PIPE_BUF bytes */
	bool over;		/* nothing comes any more */
	bool broken;		/* nothing can be written any more */
	size_t at, length;	/* what of room is to be written */
	char room[ROOM];
};

static bool is_socket(int fd)
{
	struct stat found;

	return fstat(fd, &found) == 0 && S_ISSOCK(found.st_mode);
}

static void take(struct way *way)
{
	ssize_t n = read(way->from, way->room, sizeof(way->room));

	if (n > 0) {
		way->at = 0;
		way->length = way->broken ? 0 : (size_t)n;
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		way->over = true;
	}
}

static void give(struct way *way)
{
	ssize_t n;

	if (way->to_socket)
		n = send(way->to, way->room + way->at, way->length, MSG_NOSIGNAL | MSG_DONTWAIT);
	else
		n = write(way->to, way->room + way->at, way->length < PIPE_BUF ? way->length : PIPE_BUF);
	if (n >= 0) {
		way->at += (size_t)n;
		way->length -= (size_t)n;
	} else if (errno != EAGAIN && errno != EINTR) {
		way->broken = true;
		way->length = 0;
	}
}

static void step(struct way *way, const struct pollfd waited[2])
{
	if (waited[0].revents)
		take(way);
	else if (waited[1].revents)
		give(way);
}

static bool is_done(const struct way *way)
{
	return way->over && !way->length;
}

/*
 * Until either end is gone. What the owner said last is passed on though it does not read any more: it may say why.
 */
static bool copy(struct way *out, struct way *in)
{
	struct way *ways[2] = { out, in };

	while (!is_done(out) && !is_done(in) && !in->broken) {
		struct pollfd waiting[4];

		for (size_t i = 0; i < 2; i++) {
			bool full = ways[i]->length > 0;

			waiting[2 * i] = (struct pollfd){ .fd = full || ways[i]->over ? -1 : ways[i]->from, .events = POLLIN };
			waiting[2 * i + 1] = (struct pollfd){ .fd = full ? ways[i]->to : -1, .events = POLLOUT };
		}
		if (poll(waiting, 4, -1) < 0 && errno != EINTR)
			return false;
		for (size_t i = 0; i < 2; i++)
			step(ways[i], &waiting[2 * i]);
	}
	return true;
}

static int connect_to(const char *path, struct error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		error_errno(err, EXIT_INTERNAL, "no socket");
		return -1;
	}
	if (strlen(path) <= PLACE_PATH_MOST) {
		memcpy(address.sun_path, path, strlen(path) + 1);
		if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
			return fd;
	} else {
		errno = ENAMETOOLONG;
	}
	error_errno(err, EXIT_UNAVAILABLE, "cannot attach to %s", path);
	close(fd);
	return -1;
}

static char *find(const struct options *options, struct error *err)
{
	const char *named = options->common.socket ? options->common.socket : getenv("KUMATOP_SOCKET");
	char *denied = NULL, *path;

	if (named && !*named)
		named = NULL;
	path = place_find_owner(named, &denied);
	if (!path && denied)
		error_set(err, EXIT_PERMISSION, "a kumatop runs at %s, but this user may not connect to it", denied);
	else if (!path && named)
		error_set(err, EXIT_UNAVAILABLE, "no kumatop listens at %s", named);
	else if (!path)
		error_set(err, EXIT_UNAVAILABLE, "no kumatop runs here that could be looked at: start kumatop serve");
	free(denied);
	return path;
}

static bool attach(const struct options *options, struct error *err)
{
	static struct way out, in;
	char *path = find(options, err);
	int fd = path ? connect_to(path, err) : -1;
	bool fine;

	free(path);
	if (fd < 0)
		return false;
	out = (struct way){ .from = STDIN_FILENO, .to = fd, .to_socket = true };
	in = (struct way){ .from = fd, .to = STDOUT_FILENO, .to_socket = is_socket(STDOUT_FILENO) };
	fine = copy(&out, &in) || error_errno(err, EXIT_INTERNAL, "cannot wait");
	close(fd);
	return fine;
}

static int run_attach(const struct cli_command *command, int argc, char **argv)
{
	struct options options = { 0 };
	struct cli_words words;
	struct error err;
	int status;

	if (!cli_read(command, argc, argv, &options, &words, NULL, NULL, &status))
		return status;
	if (words.count || !options.stdio)
		error_set(&err, EXIT_USAGE, "usage: kumatop attach %s", command->usage);
	status = (words.count || !options.stdio || !attach(&options, &err)) ? cli_fail(&err) : EXIT_FINE;
	cli_done(command, &options, &words);
	return status;
}

const struct cli_command cli_attach = {
	.name = "attach", .usage = "--stdio [--socket PATH]", .summary = "Pass a running kumatop on to stdin and stdout; what --host runs there",
	.options = options_table, .run = run_attach,
};
