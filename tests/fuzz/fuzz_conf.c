/*
 * Any text as kumatop.conf, as one monitor and as a theme: nothing crashes, a refusal always says why and where, and what is
 * taken reads back the same after it was printed.
 */
#include <assert.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kumatop/conf.h"
#include "kumatop/heap.h"
#include "kumatop/theme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fine)
{
	if (!fine)
		abort();
}

/* A file in memory that only we can write, and its path. Heap. */
static char *make_file(const uint8_t *data, size_t size, int *fd)
{
	*fd = memfd_create("fuzz", MFD_CLOEXEC);
	require(*fd >= 0 && fchmod(*fd, 0600) == 0);
	require(write(*fd, data, size) == (ssize_t)size);
	return heap_print("/proc/self/fd/%d", *fd);
}

static void check_read_back(const struct monitor_spec *spec)
{
	struct buf text;
	struct error err = { 0 };
	buf_init(&text, 16 << 20);
	conf_print_monitor(spec, true, &text);
	struct monitor_spec *back = conf_parse_monitor(text.data, NULL, SPEC_ADDED, &err);
	require(back && spec_equal(spec, back));
	spec_release(back);
	buf_finish(&text);
}

static void fuzz_file(const uint8_t *data, size_t size)
{
	int fd;
	char *path = make_file(data, size, &fd);
	struct conf_faults faults = { 0 };
	struct conf *conf = conf_load(path, &faults);
	require((conf == NULL) == (faults.lines.count > 0));
	for (size_t i = 0; i < faults.lines.count; i++)
		require(strncmp(faults.lines.items[i], path, strlen(path)) == 0 && !strchr(faults.lines.items[i], '\n'));
	for (size_t i = 0; conf && i < conf->spec_count; i++)
		check_read_back(conf->specs[i]);
	conf_faults_finish(&faults);
	conf_free(conf);
	close(fd);
	free(path);
}

static void fuzz_monitor(const uint8_t *data, size_t size)
{
	struct error err = { 0 };
	char *text = heap_text_n((const char *)data, size);
	struct monitor_spec *spec = conf_parse_monitor(text, NULL, SPEC_ADDED, &err);
	require(spec || *err.text);
	if (spec)
		check_read_back(spec);
	spec_release(spec);
	free(text);
}

static void fuzz_theme(const uint8_t *data, size_t size)
{
	int fd;
	char *path = make_file(data, size, &fd);
	struct theme theme;
	struct error err = { 0 };
	bool fine = theme_load(path, &theme, &err);
	require(fine || *err.text);
	for (int role = 0; role < ROLE_COUNT; role++) {
		const struct theme_color *color = &theme.styles[role].foreground;
		require(color->is_default || (color->xterm256 >= 0 && color->ansi16 >= 0 && color->ansi8 >= 0));
	}
	close(fd);
	free(path);
}

/* The first byte says what the rest is. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || size > 1 << 16)
		return 0;
	switch (*data % 3) {
	case 0:
		fuzz_file(data + 1, size - 1);
		break;
	case 1:
		fuzz_monitor(data + 1, size - 1);
		break;
	default:
		fuzz_theme(data + 1, size - 1);
	}
	return 0;
}
