/*
 * A file of lines as a source of history: what `kumatop export` wrote as CSV, NDJSON or JSON, also several exports one behind the other.
 * Monitors are known by their names, and get their keys in the order in which they are met.
 */
#include "kumatop/format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "line.h"

enum {
	LINE_MOST = 1 << 20,
	READ_BYTES = 1 << 16,
	PROGRESS_LINES = 1024,
};

/* Names by hash; a slot holds the number of its name plus one, which is its key. */
struct names {
	char **items;
	bool *has_kind;			/* it was told */
	size_t count;
	size_t *slots;
	size_t size;			/* a power of two, or 0 */
	size_t last;			/* the one that was found last: rows of a monitor come together */
};

struct reading {
	int fd;
	const struct import_sink *sink;
	bool json;
	struct line_reader *reader;
	struct names names;
	uint64_t number, done, all;	/* lines; bytes */
	char *buffer;			/* LINE_MOST + READ_BYTES + 1 */
	size_t used;
	bool skipping;			/* the rest of a line that is too long */
};

static uint64_t hash(const char *name)
{
	uint64_t value = UINT64_C(0xcbf29ce484222325);

	for (; *name; name++)
		value = (value ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
	return value;
}

static size_t *slot_of(const struct names *names, const char *name)
{
	size_t at = hash(name) & (names->size - 1);

	while (names->slots[at] && strcmp(names->items[names->slots[at] - 1], name) != 0)
		at = (at + 1) & (names->size - 1);
	return &names->slots[at];
}

static void grow(struct names *names)
{
	names->size = names->size ? names->size * 2 : 64;
	free(names->slots);
	names->slots = heap_zero(names->size, sizeof(*names->slots));
	for (size_t i = 0; i < names->count; i++)
		*slot_of(names, names->items[i]) = i + 1;
	names->items = heap_resize(names->items, names->size, sizeof(*names->items));
	names->has_kind = heap_resize(names->has_kind, names->size, sizeof(*names->has_kind));
}

/* The number of a name; *new when it was not met before. */
static size_t find_name(struct names *names, const char *name, bool *new)
{
	size_t *slot;

	*new = false;
	if (names->count > 0 && strcmp(names->items[names->last], name) == 0)
		return names->last;
	if (names->count * 2 >= names->size)
		grow(names);
	slot = slot_of(names, name);
	if (!*slot) {
		*new = true;
		names->items[names->count] = heap_text(name);
		names->has_kind[names->count] = false;
		*slot = ++names->count;
	}
	return names->last = *slot - 1;
}

static void names_finish(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i]);
	free(names->items);
	free(names->has_kind);
	free(names->slots);
}

/* The key of the line's monitor, of which the sink hears first; false: it has had enough. */
static bool meet_monitor(struct reading *reading, const struct line *line, int64_t *key)
{
	struct import_monitor monitor = { .name = line->monitor, .kind = line->monitor_kind };
	bool new;
	size_t number;

	*key = 0;
	if (!*line->monitor)
		return true;
	number = find_name(&reading->names, line->monitor, &new);
	*key = monitor.key = (int64_t)number + 1;
	if (!new && (reading->names.has_kind[number] || !line->monitor_kind))
		return true;
	reading->names.has_kind[number] = line->monitor_kind != NULL;
	return reading->sink->monitor(reading->sink->arg, &monitor);
}

static bool take_line(struct reading *reading, char *text, size_t length)
{
	const struct import_sink *sink = reading->sink;
	struct line line;

	reading->number++;
	switch (reading->json ? line_read_json(reading->reader, text, length, &line) : line_read_csv(reading->reader, text, length, &line)) {
	case LINE_BEAT:
		line.beat.place = reading->number;
		return meet_monitor(reading, &line, &line.beat.monitor) && sink->beat(sink->arg, &line.beat);
	case LINE_EVENT:
		line.event.place = reading->number;
		return meet_monitor(reading, &line, &line.event.monitor) && sink->event(sink->arg, &line.event);
	case LINE_BROKEN:
		sink->trouble(sink->arg, IMPORT_BROKEN, reading->number, line.trouble);
		return true;
	default:
		return true;
	}
}

/* All whole lines in the buffer; at the end of the file what is left is one, too. */
static bool take_lines(struct reading *reading, bool at_end)
{
	char *from = reading->buffer, *end = reading->buffer + reading->used, *newline;
	bool more = true;

	while (more && from < end) {
		newline = memchr(from, '\n', (size_t)(end - from));
		if (!newline && !at_end)
			break;
		if (!newline)
			newline = end;
		*newline = '\0';
		if (!reading->skipping)
			more = take_line(reading, from, (size_t)(newline - from));
		reading->skipping = false;
		from = newline < end ? newline + 1 : end;
		if (reading->number % PROGRESS_LINES == 0)
			reading->sink->progress(reading->sink->arg, reading->done, reading->all);
	}
	reading->used = from < end ? (size_t)(end - from) : 0;
	memmove(reading->buffer, from, reading->used);
	if (reading->used <= LINE_MOST)
		return more;
	if (!reading->skipping) {
		reading->number++;
		reading->sink->trouble(reading->sink->arg, IMPORT_BROKEN, reading->number, "it is longer than a million bytes");
	}
	reading->skipping = true;
	reading->used = 0;
	return more;
}

/* Behind the mark that editors put before UTF-8. */
static size_t after_mark(const char *head, size_t length)
{
	return length >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

static void skip_mark(struct reading *reading)
{
	size_t length = after_mark(reading->buffer, reading->used);

	reading->used -= length;
	memmove(reading->buffer, reading->buffer + length, reading->used);
}

static bool read_all(struct reading *reading, const char *path, struct error *err)
{
	bool first = true;
	ssize_t got;

	for (;;) {
		got = read(reading->fd, reading->buffer + reading->used, READ_BYTES);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(err, EXIT_INPUT_OUTPUT, "%s: cannot be read", path);
		reading->used += (size_t)got;
		reading->done += (uint64_t)got;
		if (first)
			skip_mark(reading);
		first = false;
		if (!take_lines(reading, got == 0) || got == 0)
			return true;
	}
}

static bool read_lines(const char *path, bool json, const struct import_sink *sink, struct error *err)
{
	struct reading reading = { .sink = sink, .json = json, .fd = open(path, O_RDONLY | O_CLOEXEC) };
	struct stat info;
	bool fine;

	if (reading.fd < 0)
		return error_errno(err, errno == EACCES ? EXIT_PERMISSION : EXIT_INPUT_OUTPUT, "%s: cannot be read", path);
	if (fstat(reading.fd, &info) == 0 && info.st_size > 0)
		reading.all = (uint64_t)info.st_size;
	reading.buffer = heap_zero(LINE_MOST + READ_BYTES + 1, 1);
	reading.reader = line_reader_create();
	fine = read_all(&reading, path, err);
	line_reader_destroy(reading.reader);
	names_finish(&reading.names);
	free(reading.buffer);
	close(reading.fd);
	return fine;
}

static bool read_csv(const char *path, const struct import_sink *sink, struct error *err)
{
	return read_lines(path, false, sink, err);
}

static bool read_json(const char *path, const struct import_sink *sink, struct error *err)
{
	return read_lines(path, true, sink, err);
}

static bool is_csv(const char *head, size_t length)
{
	struct line_reader *reader = line_reader_create();
	size_t from = after_mark(head, length);
	const char *newline = memchr(head, '\n', length);
	char *text = heap_text_n(head + from, (newline ? (size_t)(newline - head) : length) - from);
	struct line line;
	bool yes = line_read_csv(reader, text, strlen(text), &line) == LINE_HEAD;

	free(text);
	line_reader_destroy(reader);
	return yes;
}

static bool is_json(const char *head, size_t length)
{
	size_t at = after_mark(head, length);

	while (at < length && strchr(" \t\r\n", head[at]) && head[at])
		at++;
	return at < length && (head[at] == '{' || head[at] == '[');
}

const struct import_source format_csv_source = {
	.name = "CSV of kumatop export", .place = "line", .recognise = is_csv, .read = read_csv,
};

const struct import_source format_json_source = {
	.name = "NDJSON of kumatop export", .place = "line", .recognise = is_json, .read = read_json,
};
