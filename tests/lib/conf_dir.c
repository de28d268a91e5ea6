#include "conf_dir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "kumatop/heap.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static char top[64];		/* the directory the test began in */
static char directory[64];	/* of our own, and where we are */

int conf_dir_enter(void **state)
{
	(void)state;
	if (!getcwd(top, sizeof top))
		snprintf(top, sizeof top, "/");
	snprintf(directory, sizeof directory, "/tmp/kumatop-conf-XXXXXX");
	umask(022);
	return mkdtemp(directory) && chdir(directory) == 0 && mkdir("conf.d", 0755) == 0 ? 0 : -1;
}

int conf_dir_leave(void **state)
{
	(void)state;
	static const char *const files[] = { "kumatop.conf", "conf.d/10-a.conf", "conf.d/20-b.conf", "conf.d/ignored", "conf.d/.hidden.conf" };
	for (size_t i = 0; i < COUNT(files); i++)
		unlink(files[i]);
	return rmdir("conf.d") == 0 && chdir("/") == 0 ? rmdir(directory) : -1;
}

void conf_dir_write_bytes(const char *path, const char *text, size_t length)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

void conf_dir_write(const char *path, const char *text)
{
	conf_dir_write_bytes(path, text, strlen(text));
}

char *conf_dir_join(const struct text_list *list)
{
	char *all = heap_text("");
	for (size_t i = 0; i < list->count; i++) {
		char *longer = heap_print("%s%s\n", all, list->items[i]);
		free(all);
		all = longer;
	}
	return all;
}

struct conf *conf_dir_load(void)
{
	struct conf_faults faults = { 0 };
	struct conf *conf = conf_load("kumatop.conf", &faults);
	if (!conf) {
		char *all = conf_dir_join(&faults.lines);
		print_error("%s", all);
		free(all);
		fail();
	}
	assert_int_equal(faults.lines.count, 0);
	return conf;
}

char *conf_dir_faults(void)
{
	struct conf_faults faults = { 0 };
	struct conf *conf = conf_load("kumatop.conf", &faults);
	char *all = conf_dir_join(&faults.lines);
	assert_true((conf == NULL) == (faults.lines.count > 0));
	conf_free(conf);
	conf_faults_finish(&faults);
	return all;
}

const char *conf_dir_path(void)
{
	return directory;
}

const char *conf_dir_origin(void)
{
	return top;
}
