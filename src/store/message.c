/* What travels by the store's mailbox. */
#include "inside.h"

void message_destroy(struct message *message)
{
	if (!message)
		return;
	switch (message->type) {
	case MESSAGE_BEAT:
		beat_finish(&message->with.beat);
		break;
	case MESSAGE_EVENT:
		event_finish(&message->with.change.event);
		free(message->with.change.standing);
		break;
	case MESSAGE_MONITOR:
		kept_monitor_finish(&message->with.monitor);
		break;
	case MESSAGE_STANDING:
		free(message->with.standing);
		break;
	case MESSAGE_RETIRE:
	case MESSAGE_REMOVE:
		break;
	}
	free(message);
}

/*
 * A standing without an event may give way as well: a monitor that wavers sends one with every beat, and the newest, which is
 * what counts, goes last.
 */
bool message_is_routine(const void *arg)
{
	const struct message *message = arg;

	return message->type == MESSAGE_STANDING || (message->type == MESSAGE_BEAT && message->with.beat.routine);
}

bool message_is_urgent(const struct message *message)
{
	return message->type != MESSAGE_STANDING && message->type != MESSAGE_BEAT;
}

bool message_write(const struct message *message, struct writer *writer)
{
	switch (message->type) {
	case MESSAGE_BEAT:
		return writer_beat(writer, &message->with.beat);
	case MESSAGE_EVENT:
		return writer_event(writer, &message->with.change.event, message->with.change.standing);
	case MESSAGE_MONITOR:
		return writer_monitor(writer, &message->with.monitor);
	case MESSAGE_RETIRE:
		return writer_retire(writer, message->with.id);
	case MESSAGE_REMOVE:
		return writer_remove(writer, message->with.id);
	case MESSAGE_STANDING:
		return writer_standing(writer, message->with.standing);
	}
	return true;
}
