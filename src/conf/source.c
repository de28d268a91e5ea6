#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kumatop/buf.h"
#include "kumatop/heap.h"

/* To the end of the descriptor. */
static bool read_all(int fd, const char *path, struct buf *text, struct error *err)
{
	char piece[16384];
	for (;;) {
		ssize_t n = read(fd, piece, sizeof piece);
		if (n == 0)
			return true;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, EXIT_INPUT_OUTPUT, "%s: cannot be read", path);
		if (!buf_add(text, piece, (size_t)n))
			return error_set(err, EXIT_CONFIG, "%s: is longer than %d MiB", path, SOURCE_MOST_BYTES >> 20);
	}
}

char *source_slurp(const char *path, size_t *length, mode_t *mode, struct error *err)
{
	struct stat status;
	struct buf text;
	bool fine = false;
	/* A pipe that nobody writes to is not waited for. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		error_errno(err, errno == EACCES ? EXIT_PERMISSION : EXIT_CONFIG, "%s: cannot be read", path);
		return NULL;
	}
	buf_init(&text, SOURCE_MOST_BYTES);
	if (fstat(fd, &status) != 0)
		error_errno(err, EXIT_INPUT_OUTPUT, "%s: cannot be read", path);
	else if (S_ISDIR(status.st_mode))
		error_set(err, EXIT_CONFIG, "%s: is a directory: name the file in it", path);
	else if (S_ISFIFO(status.st_mode))
		error_set(err, EXIT_CONFIG, "%s: is a pipe: it takes a file, which can be read again", path);
	else
		fine = read_all(fd, path, &text, err);
	close(fd);
	if (!fine) {
		buf_finish(&text);
		return NULL;
	}
	if (mode)
		*mode = S_ISREG(status.st_mode) ? status.st_mode : 0;
	*length = text.length;
	return buf_take(&text);
}

void source_parse(struct source *source, const char *text, size_t length, struct faults *faults)
{
	scan_text(&source->scan, text, length);
	for (size_t i = 0; i < source->scan.count; i++)
		faults_add(faults, source->order, source->path, source->scan.notes[i].line, "%s", source->scan.notes[i].text);
	if (source->scan.fatal)
		return;
	config_init(&source->config);
	char *ended = heap_print("%s\n", text);	/* to libconfig a comment that ends with the file is a syntax error */
	source->parsed = config_read_string(&source->config, ended) == CONFIG_TRUE;
	free(ended);
	if (source->parsed)
		return;
	faults_add(faults, source->order, source->path, config_error_line(&source->config),
	    "%s (often a comma behind the last entry, or a missing quote, bracket or ; on the line before)",
	    config_error_text(&source->config));
	config_destroy(&source->config);
}

void source_read(struct source *source, const char *path, size_t order, struct faults *faults, struct faults *warnings)
{
	struct error err;
	size_t length = 0;
	*source = (struct source){ .path = heap_text(path), .order = order };
	char *text = source_slurp(path, &length, &source->mode, &err);
	if (!text) {
		faults_add(faults, order, NULL, 0, "%s", err.text);
		return;
	}
	if (source->mode & S_IWOTH)
		faults_add(faults, order, path, 0, "everybody can write to it: chmod o-w %s", path);
	else if (source->mode & S_IWGRP)
		faults_add(warnings, order, path, 0, "its group can write to it: chmod g-w %s if that is not meant", path);
	if (!(source->mode & S_IWOTH))
		source_parse(source, text, length, faults);
	free(text);
}

void source_read_text(struct source *source, const char *text, struct faults *faults)
{
	*source = (struct source){ 0 };
	source_parse(source, text, strlen(text), faults);
}

void source_finish(struct source *source)
{
	if (source->parsed)
		config_destroy(&source->config);
	scan_finish(&source->scan);
	free(source->path);
	*source = (struct source){ 0 };
}
