/*
 * /etc/hosts in memory. c-ares would open and read the whole file for every look-up; here a look-up costs a search, and a
 * stat(2) now and then.
 */
#include "hosts.h"

#include <fcntl.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "kumatop/resolver.h"
#include "kumatop/when.h"

enum { FILE_MOST = 4 << 20 };	/* bytes that are read; the rest of a larger file is ignored */

static const int64_t recheck_us = 2 * SECOND_US;

struct host_entry {
	char *name;
	size_t order;		/* in the file */
	struct sockaddr_storage address;
};

struct hosts {
	char *path;
	struct mono checked;
	struct stat seen;	/* zeroed while there is no file */
	struct host_entry *entries;	/* sorted by name, then order */
	size_t count, capacity;
};

struct hosts *hosts_create(const char *path)
{
	struct hosts *hosts = heap_zero(1, sizeof *hosts);
	hosts->path = heap_text(path);
	hosts->checked.us = INT64_MIN / 2;
	return hosts;
}

static void drop_entries(struct hosts *hosts)
{
	for (size_t i = 0; i < hosts->count; i++)
		free(hosts->entries[i].name);
	hosts->count = 0;
}

void hosts_destroy(struct hosts *hosts)
{
	if (hosts == NULL)
		return;
	drop_entries(hosts);
	free(hosts->entries);
	free(hosts->path);
	free(hosts);
}

static int compare_entries(const void *a, const void *b)
{
	const struct host_entry *left = a, *right = b;
	int names = strcasecmp(left->name, right->name);
	return names != 0 ? names : (left->order > right->order) - (left->order < right->order);
}

static void add_entry(struct hosts *hosts, const char *name, const struct sockaddr_storage *address)
{
	if (hosts->count == hosts->capacity) {
		hosts->capacity = hosts->capacity > 0 ? 2 * hosts->capacity : 16;
		hosts->entries = heap_resize(hosts->entries, hosts->capacity, sizeof *hosts->entries);
	}
	hosts->entries[hosts->count] = (struct host_entry){ heap_text(name), hosts->count, *address };
	hosts->count++;
}

/* "127.0.0.1 localhost loghost # comment" */
static void read_line(struct hosts *hosts, char *line)
{
	char *comment = strchr(line, '#');
	if (comment != NULL)
		*comment = '\0';
	char *rest = NULL;
	const char *word = strtok_r(line, " \t\r", &rest);
	struct sockaddr_storage address;
	if (word == NULL || !address_read(word, &address))
		return;
	while ((word = strtok_r(NULL, " \t\r", &rest)) != NULL)
		add_entry(hosts, word, &address);
}

static void read_file(struct hosts *hosts, int fd, size_t size, bool cut)
{
	char *text = heap_zero(1, size + 1);
	size_t length = 0;
	while (length < size) {
		ssize_t got = read(fd, text + length, size - length);
		if (got <= 0)
			break;
		length += (size_t)got;
	}
	while (cut && length > 0 && text[length - 1] != '\n')	/* half a name is another name */
		length--;
	text[length] = '\0';
	char *rest = NULL;
	for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
		read_line(hosts, line);
	free(text);
	if (hosts->count > 0)
		qsort(hosts->entries, hosts->count, sizeof *hosts->entries, compare_entries);
}

static void refresh(struct hosts *hosts)
{
	struct mono now = mono_now();
	if (mono_between_us(hosts->checked, now) < recheck_us)
		return;
	hosts->checked = now;

	struct stat found = { 0 };
	if (stat(hosts->path, &found) != 0 || !S_ISREG(found.st_mode))
		found = (struct stat){ 0 };
	if (found.st_dev == hosts->seen.st_dev && found.st_ino == hosts->seen.st_ino && found.st_size == hosts->seen.st_size
	    && found.st_mtim.tv_sec == hosts->seen.st_mtim.tv_sec && found.st_mtim.tv_nsec == hosts->seen.st_mtim.tv_nsec)
		return;
	hosts->seen = found;
	drop_entries(hosts);
	int fd = open(hosts->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return;
	read_file(hosts, fd, found.st_size < FILE_MOST ? (size_t)found.st_size : FILE_MOST, found.st_size > FILE_MOST);
	close(fd);
}

static size_t first_entry(const struct hosts *hosts, const char *name)
{
	size_t low = 0, high = hosts->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcasecmp(hosts->entries[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* RFC 6761: these never go to a name server. */
static size_t find_localhost(const char *name, int family, struct sockaddr_storage *out, size_t most)
{
	static const char word[] = "localhost";
	size_t length = strlen(name), tail = sizeof word - 1;
	if (length < tail || strcasecmp(name + length - tail, word) != 0 || (length > tail && name[length - tail - 1] != '.'))
		return 0;
	size_t count = 0;
	if (family != AF_INET6 && count < most && address_read("127.0.0.1", &out[count]))
		count++;
	if (family != AF_INET && count < most && address_read("::1", &out[count]))
		count++;
	return count;
}

size_t hosts_find(struct hosts *hosts, const char *name, int family, struct sockaddr_storage *out, size_t most)
{
	refresh(hosts);
	size_t count = 0;
	for (size_t i = first_entry(hosts, name); i < hosts->count && count < most; i++) {
		const struct host_entry *entry = &hosts->entries[i];
		if (strcasecmp(entry->name, name) != 0)
			break;
		if (family == AF_UNSPEC || entry->address.ss_family == family)
			out[count++] = entry->address;
	}
	return count > 0 ? count : find_localhost(name, family, out, most);
}
