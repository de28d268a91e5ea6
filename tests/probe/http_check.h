/*
 * What the tests of the http kind share: a loop for the length of the program, a server, and a check of it with settings.
 */
#ifndef TESTS_PROBE_HTTP_CHECK_H
#define TESTS_PROBE_HTTP_CHECK_H

#include "once.h"

#include "../lib/peer.h"

enum { SETTINGS_MOST = 8 };

#define LIST(...) (const char *const[SETTINGS_MOST]){ __VA_ARGS__ }

static struct once once;

static inline struct peer *serve(const char *script)
{
	struct error err = { 0 };
	struct peer *peer = peer_start(script, &err);
	if (peer == NULL)
		fail_msg("%s", err.text);
	return peer;
}

static inline struct monitor_spec *spec_for(const char *scheme, const char *host, const struct peer *peer, const char *path,
				     const char *const *settings)
{
	char target[300];
	snprintf(target, sizeof target, "%s://%s:%u%s", scheme, host, peer_port(peer), path != NULL ? path : "/");
	return once_spec_with(target, settings);
}

static inline void expect(const char *title, const struct check_result *result, enum outcome outcome, const char *detail)
{
	if (result->outcome != outcome)
		fail_msg("%s: outcome %s instead of %s: %s\n%s", title, outcome_row((int)result->outcome)->word,
			 outcome_row((int)outcome)->word, result->detail, result->evidence);
	if (strstr(result->detail, detail) == NULL)
		fail_msg("%s: detail \"%s\" does not hold \"%s\"", title, result->detail, detail);
}

static inline int open_loop(void **state)
{
	(void)state;
	once_open(&once, NULL);
	return 0;
}

static inline int close_loop(void **state)
{
	(void)state;
	once_close(&once);
	return 0;
}

#endif
