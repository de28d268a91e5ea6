/* Where a secret really is: in the text, in a file, in the environment. Nothing here ever says what it holds. */
#include "kumatop/setting.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kumatop/heap.h"

enum { SECRET_MOST = 64 * 1024 };	/* bytes: no token is longer, and /dev/zero ends */

static bool secret_from_environment(const char *name, char **out, struct error *err)
{
	const char *value = getenv(name);

	if (!value || !*value)
		return error_set(err, EXIT_CONFIG, "the environment variable %s is %s", name, value ? "empty" : "not set");
	*out = heap_text(value);
	return true;
}

/* Reads to the end, or until there is a whole line. */
static bool read_line(int fd, const char *path, struct buf *line, struct error *err)
{
	while (!memchr(line->data, '\n', line->length)) {
		char part[4096];
		ssize_t count = read(fd, part, sizeof part);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return error_errno(err, EXIT_CONFIG, "cannot read the secret in %s", path);
		if (count == 0)
			break;
		if (!buf_add(line, part, (size_t)count))
			return error_set(err, EXIT_CONFIG, "the first line of %s is too long for a secret (at most %d bytes)", path, SECRET_MOST);
	}
	return true;
}

static bool secret_from_file(const char *path, char **out, struct error *err)
{
	/* A pipe that nobody writes to is not waited for. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct buf line;
	struct stat status;
	bool fine;

	if (fd < 0)
		return error_errno(err, errno == EACCES ? EXIT_PERMISSION : EXIT_CONFIG, "cannot open the secret in %s", path);
	if (fstat(fd, &status) != 0 || S_ISFIFO(status.st_mode)) {
		close(fd);
		return error_set(err, EXIT_CONFIG, "the secret in %s cannot be read: it is a pipe, not a file", path);
	}
	buf_init(&line, SECRET_MOST);
	fine = read_line(fd, path, &line, err);
	close(fd);
	if (fine) {
		size_t length = strcspn(line.data, "\r\n");

		fine = length > 0 || error_set(err, EXIT_CONFIG, "the first line of %s is empty: it should hold the secret", path);
		if (fine)
			*out = heap_text_n(line.data, length);
	}
	explicit_bzero(line.data, line.length);
	buf_finish(&line);
	return fine;
}

bool secret_is_reference(const char *value)
{
	return !strncmp(value, "file:", 5) || !strncmp(value, "env:", 4);
}

bool secret_read(const char *value, char **out, struct error *err)
{
	*out = NULL;
	if (!value)
		return true;
	if (!strncmp(value, "env:", 4))
		return secret_from_environment(value + 4, out, err);
	if (!strncmp(value, "file:", 5))
		return secret_from_file(value + 5, out, err);
	*out = heap_text(value);
	return true;
}
