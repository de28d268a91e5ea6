/*
 * The service's configuration, found by somebody who is not the service: it tells what the service checks, and is not his to run.
 */
#ifndef KUMATOP_CLI_SERVICE_H
#define KUMATOP_CLI_SERVICE_H

#include "cli.h"

/* Whether the configuration that is found without being named is the service's. */
bool service_is_found(const struct cli_common *common);

/* Whether it is, and its history is not ours to write. */
bool service_is_anothers(const struct cli_common *common);

/* Says that the service does not answer; returns the exit status. */
int service_refuse(void);

#endif
