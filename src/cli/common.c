/* What commands share beyond their words: configuration, output, who is asking. */
#include "cli.h"

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kumatop/buf.h"
#include "kumatop/text.h"

void cli_say(const char *format, ...)
{
	char text[4096], clean[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	text_sanitize(clean, sizeof(clean), text, strlen(text));
	fprintf(stderr, "kumatop: %s\n", clean);
}

void cli_print_warnings(const struct conf *conf)
{
	for (size_t i = 0; i < conf->warnings.count; i++)
		cli_say("%s", conf->warnings.items[i]);
}

struct conf *cli_load(const struct cli_common *common, int *status)
{
	char *path = conf_find(common->config);
	struct conf_faults faults = { 0 };
	struct conf *conf;

	if (!path)
		return conf_empty();
	conf = conf_load(path, &faults);
	for (size_t i = 0; i < faults.lines.count; i++)
		cli_say("%s", faults.lines.items[i]);
	if (!conf)
		*status = EXIT_CONFIG;
	else
		cli_print_warnings(conf);
	conf_faults_finish(&faults);
	free(path);
	return conf;
}

bool cli_write(const struct buf *out, int *status)
{
	if (buf_write(out, STDOUT_FILENO))
		return true;
	if (errno == EPIPE)
		return false;
	perror("kumatop: cannot write the output");
	*status = EXIT_INPUT_OUTPUT;
	return false;
}

void cli_name_user(uid_t uid, char *out, size_t size)
{
	struct passwd entry, *found = NULL;
	char room[4096];

	if (getpwuid_r(uid, &entry, room, sizeof(room), &found) == 0 && found)
		text_copy(out, size, entry.pw_name);
	else
		snprintf(out, size, "uid %u", (unsigned)uid);
}

void cli_who(char *out, size_t size)
{
	cli_name_user(getuid(), out, size);
}

char *cli_nameservers(const struct conf *conf)
{
	const struct text_list *list = &conf->settings.nameservers;
	struct buf text;

	if (!list->count)
		return NULL;
	buf_init(&text, 1 << 16);
	for (size_t i = 0; i < list->count; i++)
		buf_print(&text, "%s%s", i ? "," : "", list->items[i]);
	return buf_take(&text);
}
