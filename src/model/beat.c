/* Results and events as history keeps them: words, and letting go of what they hold. */
#include "kumatop/beat.h"

const char *event_word(enum event_kind kind)
{
	switch (kind) {
	case EVENT_STATE:
		return "state";
	case EVENT_PAUSED:
		return "paused";
	case EVENT_RESUMED:
		return "resumed";
	case EVENT_ADDED:
		return "added";
	case EVENT_EDITED:
		return "edited";
	case EVENT_REMOVED:
		return "removed";
	case EVENT_ACKNOWLEDGED:
		return "acknowledged";
	case EVENT_STARTED:
		return "started";
	case EVENT_STOPPED:
		return "stopped";
	case EVENT_TROUBLE:
		return "trouble";
	case EVENT_RELOADED:
		return "reloaded";
	}
	return "unknown";
}

void beat_finish(struct beat *beat)
{
	shared_release(beat->detail);
	shared_release(beat->address);
	beat->detail = beat->address = NULL;
}

void event_finish(struct event *event)
{
	shared_release(event->detail);
	shared_release(event->evidence);
	shared_release(event->who);
	event->detail = event->evidence = event->who = NULL;
}

enum state beat_look(enum state state, enum verdict verdict)
{
	bool good = verdict == VERDICT_UP || verdict == VERDICT_DEGRADED;

	if (state == STATE_DOWN)
		return good ? STATE_PENDING : STATE_DOWN;
	if (verdict == VERDICT_UNKNOWN)
		return STATE_UNKNOWN;
	return state == STATE_UP && verdict == VERDICT_DEGRADED ? STATE_DEGRADED : state;
}
