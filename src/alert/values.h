/* What a template may say of a message: names and values. Private to src/alert. */
#ifndef ALERT_VALUES_H
#define ALERT_VALUES_H

#include "plan.h"

/* plain: no words of somebody's, see template.h */
/*        name           word  plain */
#define VALUE_TABLE(X) \
	X(NAME,         "name", false) \
	X(STATE,        "state", true) \
	X(WAS,          "was", false) \
	X(EVENT,        "event", true) \
	X(SEVERITY,     "severity", true) \
	X(LEVEL,        "level", true) \
	X(TARGET,       "target", false) \
	X(KIND,         "kind", false) \
	X(REASON,       "reason", false) \
	X(CAUSE,        "cause", false) \
	X(SINCE,        "since", true) \
	X(TIME,         "time", true) \
	X(TIME_S,       "time_s", true) \
	X(DURATION,     "duration", true) \
	X(DURATION_S,   "duration_s", true) \
	X(LATENCY,      "latency", true) \
	X(MONITORS,     "count", true) \
	X(TAGS,         "tags", false) \
	X(GROUP,        "group", false) \
	X(OWNER,        "owner", false) \
	X(RUNBOOK,      "runbook", false) \
	X(DESCRIPTION,  "description", false) \
	X(URL,          "url", false) \
	X(HOST,         "host", false) \
	X(ID,           "id", false) \
	X(UUID,         "uuid", true) \
	X(INCIDENT,     "incident", false) \
	X(TITLE,        "title", false) \
	X(TEXT,         "text", false) \
	X(EMOJI,        "emoji", true) \
	X(COLOR,        "color", true) \
	X(COLOR_NUMBER, "color_number", true) \
	X(JSON,         "json", true) \
	X(BASIC,        "basic", true) \
	X(SIGNATURE,    "signature", true)

enum value {
#define X(name, word, plain) VALUE_##name,
	VALUE_TABLE(X)
#undef X
	VALUE_COUNT
};

struct values {
	char *items[VALUE_COUNT];	/* heap; NULL: empty */
};

/* The values of a message as this channel shows it: cut to what its provider takes. */
void values_make(struct values *values, const struct channel_spec *spec, const struct alert_message *message, int64_t now_us);
void values_finish(struct values *values);

#endif
