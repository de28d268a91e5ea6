/* The commands there are; each is defined in the file of its name. */
#ifndef KUMATOP_CLI_COMMANDS_H
#define KUMATOP_CLI_COMMANDS_H

#include "cli.h"

extern const struct cli_command cli_screen, cli_serve, cli_status, cli_list, cli_events, cli_incidents, cli_uptime, cli_report,
    cli_check, cli_wait, cli_add, cli_edit, cli_rm, cli_pause, cli_resume, cli_export, cli_import, cli_sql, cli_alert, cli_config,
    cli_attach, cli_stop;

#endif
