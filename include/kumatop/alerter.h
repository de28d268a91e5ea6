/*
 * The alert thread: it carries messages to where channels say, on a loop of its own, and tells what became of each. It keeps nothing and
 * tries nothing twice: what is to be tried again is for whoever gave it to say. Channels do not wait for each other; on one channel messages
 * go out one at a time, in the order in which they came.
 */
#ifndef KUMATOP_ALERTER_H
#define KUMATOP_ALERTER_H

#include <stdbool.h>
#include <stdint.h>

#include "kumatop/alert_message.h"
#include "kumatop/channel.h"
#include "kumatop/error.h"
#include "kumatop/helper.h"

enum { ALERTER_WAITING_MOST = 1000, ALERT_ANSWER_SIZE = 256 };

enum alert_outcome {
	ALERT_DELIVERED,
	ALERT_LATER,		/* try again: nobody was reached, or the provider said so */
	ALERT_REFUSED,		/* the same again will be refused again: settings or message are wrong */
};

/* What became of one attempt. */
struct alert_fate {
	uint64_t delivery;
	enum alert_outcome outcome;
	int32_t took_ms;
	int32_t code;		/* of HTTP or SMTP, or a program's exit status; -1: there was none */
	int64_t retry_after_ms;	/* the provider wants to be left alone for so long; 0: it did not say */
	char answer[ALERT_ANSWER_SIZE];	/* what was said, by the provider or of it: one clean line, and no secret of the channel in it */
};

struct alerter_settings {
	const char *nameservers;	/* as in struct probe_loop_settings */
	const char *agent_host;		/* what this machine calls itself in mails; NULL: localhost. Copied */
	/*
	 * A helper process of the alerter's own, started on the main thread (see helper.h) if any channel runs programs, or NULL: then those
	 * are refused. Borrowed until alerter_stop().
	 */
	struct helper *helper;
	/* Alert thread; the fate is borrowed. Once for each delivery that was taken, also for those that alerter_stop() cuts short. */
	void (*fate)(void *arg, const struct alert_fate *fate);
	/* A message for the terminal there may be: one clean line, and the whole sequence (bell, OSC 9) that says it. Alert thread. NULL: none. */
	void (*terminal)(void *arg, const char *line, const char *sequence);
	void *arg;
};

struct alerter;

/* NULL with err when the system has no loop or thread to give. */
struct alerter *alerter_start(const struct alerter_settings *settings, struct error *err);

/*
 * Takes a message to be sent; holds channel (sealed) and message until its fate. false: ALERTER_WAITING_MOST are waiting already, or it
 * stops. Any thread; does not block.
 */
bool alerter_send(struct alerter *alerter, uint64_t delivery, struct channel_spec *channel, struct alert_message *message);

/*
 * Ends it: what is under way gets timeout_ms to end, the rest is reported as ALERT_LATER. false: the thread hangs and is left behind with all
 * it uses. Accepts NULL. The thread that started it.
 */
bool alerter_stop(struct alerter *alerter, int timeout_ms);

#endif
