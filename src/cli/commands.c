/* The table of commands. */
#include "commands.h"

#include <string.h>

#include "kumatop/text.h"

const struct cli_command *const cli_commands[] = {
	&cli_serve, &cli_status, &cli_list, &cli_events, &cli_incidents, &cli_uptime, &cli_report, &cli_check, &cli_wait, &cli_add,
	&cli_edit, &cli_rm, &cli_pause, &cli_resume, &cli_export, &cli_import, &cli_sql, &cli_alert, &cli_config, &cli_attach, &cli_stop, NULL,
};

const char *cli_nearest(const char *word)
{
	const char *names[32];
	size_t count = 0;

	if (strpbrk(word, ".:/[") != NULL)
		return NULL;
	while (cli_commands[count]) {
		names[count] = cli_commands[count]->name;
		count++;
	}
	return text_nearest(word, names, count);
}

const struct cli_command *cli_find(const char *name)
{
	for (const struct cli_command *const *at = cli_commands; *at; at++)
		if (strcmp((*at)->name, name) == 0)
			return *at;
	return NULL;
}
