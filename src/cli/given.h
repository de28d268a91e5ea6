/* Settings of a monitor given on the command line ("--interval 30s", "--expect.status 200-299"), applied once the monitor is known. */
#ifndef KUMATOP_CLI_GIVEN_H
#define KUMATOP_CLI_GIVEN_H

#include <stddef.h>

#include "kumatop/spec.h"

struct given {
	char **names, **values;
	size_t count;
};

/* What cli_read() calls for an option that the command does not have itself; arg is a struct given. */
bool given_remember(void *arg, const char *name, const char *value, struct error *err);
void given_finish(struct given *given);

/* Sets them on an unsealed spec and seals it. */
bool given_apply(const struct given *given, struct monitor_spec *spec, struct error *err);

/* Another name or target (of the same kind) for an unsealed spec. That the name is free is not asked here. */
bool given_rename(struct monitor_spec *spec, const char *name, struct error *err);
bool given_retarget(struct monitor_spec *spec, const char *target, struct error *err);

#endif
