/*
 * One attempt on the alert thread, whatever carries it: begun by its way, ended once by sending_end(). Private to src/alert.
 */
#ifndef ALERT_SENDING_H
#define ALERT_SENDING_H

#include <curl/curl.h>

#include "kumatop/alerter.h"
#include "kumatop/buf.h"
#include "kumatop/resolver.h"
#include "kumatop/transfer.h"
#include "kumatop/when.h"
#include "plan.h"

enum { ANSWER_MOST = 16 << 10, RETRY_AFTER_SIZE = 64 };

struct lane;
struct sending;

typedef void sending_fn(struct sending *sending);

struct sending {
	struct lane *lane;
	struct alerter *alerter;
	const struct alerter_settings *settings;
	struct probe_loop *loop;
	uint64_t delivery, ticket;	/* ticket: of the helper's order; never used twice */
	struct channel_spec *channel;	/* held */
	struct alert_message *message;	/* held */
	struct mono began;
	bool ended;
	struct alert_fate fate;		/* of what was known to fail before it began; told in the next turn */

	/* What goes over a network: see journey.c. */
	struct {
		sending_fn *prepare;	/* sets what is special on each transfer */
		sending_fn *arrived;	/* the transfer has ended: well as far as libcurl can tell, or with an answer (code tells) */
		struct lookup *lookup;
		struct lookup_answer addresses;
		size_t next;
		unsigned port;
		struct transfer *transfer;
		CURLcode code;
	} way;
	struct post post;		/* HTTP; of a mail body is the whole of it */
	struct curl_slist *lines;	/* header lines, or those a mail is for */
	size_t sent;			/* bytes of an answer that came */
	struct mail_talk *talk;		/* of a mail once its server is ready for it */
	struct buf answer;		/* what came back: a body, or what an SMTP server said last */
	char retry_after[RETRY_AFTER_SIZE];
};

/* Begin; neither reports from within. */
void http_start(struct sending *sending);
void mail_start(struct sending *sending);
void program_start(struct sending *sending);
void syslog_start(struct sending *sending);
void terminal_start(struct sending *sending);

/* Ends an attempt and frees it; text (raw) is what the answer says, with what is secret taken out of it. */
void sending_end(struct sending *sending, enum alert_outcome outcome, int32_t code, int64_t retry_after_ms, const char *text, size_t length);

/* The same for what is known at once: told in the next turn of the loop. */
void sending_fail(struct sending *sending, enum alert_outcome outcome, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Milliseconds left of its time, at least 1. */
int64_t sending_left_ms(const struct sending *sending);

/*
 * A journey: a host's addresses one after the other until one takes the connection, and one transfer. host may be an address. prepare() is
 * called for each transfer, arrived() once at the end of one that has a status; what does not get there is reported as ALERT_LATER.
 */
void journey_begin(struct sending *sending, const char *host, unsigned port, sending_fn *prepare, sending_fn *arrived);
void journey_end(struct sending *sending);	/* stops it, wherever it is */

/* What an answer of HTTP says of a message; see answer.c. */
void answer_judge(struct sending *sending, long status);

/* "120", or a date as HTTP has it, from now on. 0 for what is neither, or past. At most a day. */
int64_t answer_retry_after_ms(const char *text, int64_t now_us);

/* Of program.c: what the helper said of an order. */
void program_report(struct sending *sending, const struct helper_report *report);

#endif
