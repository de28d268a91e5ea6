/* Commands as payloads: made, and freed with whatever they carry. Carrying them out is the engine's. */
#include "kumatop/command.h"

#include <stdlib.h>

#include "kumatop/heap.h"

struct command *command_create(enum command_kind kind, monitor_id monitor)
{
	struct command *command = heap_zero(1, sizeof(*command));

	command->kind = kind;
	command->monitor = monitor;
	return command;
}

void command_destroy(struct command *command)
{
	if (!command)
		return;
	spec_release(command->spec);
	for (size_t i = 0; i < command->spec_count; i++)
		spec_release(command->specs[i]);
	free(command->specs);
	free(command);
}
