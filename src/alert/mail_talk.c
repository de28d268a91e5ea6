/*
 * The envelope and the mail, said over a connection of libcurl's that is open, secured and logged in: one command, one answer, and nothing
 * waited for but on the loop.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "kumatop/heap.h"
#include "mail.h"

enum stage { STAGE_FROM, STAGE_TO, STAGE_DATA, STAGE_MAIL };

struct mail_talk {
	uv_poll_t poll;
	struct sending *sending;	/* NULL: it has ended */
	CURL *easy;
	enum stage stage;
	const struct curl_slist *to;	/* who is named now */
	char *out;			/* heap; what is being said */
	size_t out_length, out_at;
	struct buf line;		/* what is being heard */
};

static void say(struct mail_talk *talk, enum stage stage, char *text)
{
	free(talk->out);
	talk->out = text;
	talk->out_length = strlen(text);
	talk->out_at = 0;
	talk->stage = stage;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void mail_talk_end(struct sending *sending)
{
	struct mail_talk *talk = sending->talk;

	if (!talk)
		return;
	sending->talk = NULL;
	talk->sending = NULL;
	free(talk->out);
	buf_finish(&talk->line);
	uv_close((uv_handle_t *)&talk->poll, on_closed);
}

/* The farewell is a courtesy: nobody waits until it has left or is answered. */
static void finish(struct mail_talk *talk, enum alert_outcome outcome, int code, const char *text)
{
	char *said = heap_text(text);
	size_t sent;

	(void)curl_easy_send(talk->easy, "QUIT\r\n", 6, &sent);
	sending_end(talk->sending, outcome, code, 0, said, strlen(said));
	free(said);
}

/* What is to be said after this answer; false: the talk is over. */
static bool go_on(struct mail_talk *talk, int code)
{
	static const int wanted[] = { [STAGE_FROM] = 2, [STAGE_TO] = 2, [STAGE_DATA] = 3, [STAGE_MAIL] = 2 };
	struct sending *sending = talk->sending;

	if (code / 100 != wanted[talk->stage]) {
		finish(talk, code / 100 == 5 ? ALERT_REFUSED : ALERT_LATER, code, talk->line.data);
		return false;
	}
	if (talk->stage == STAGE_TO)
		talk->to = talk->to->next;
	switch (talk->stage) {
	case STAGE_FROM:
	case STAGE_TO:
		if (talk->to)
			say(talk, STAGE_TO, heap_print("RCPT TO:<%s>\r\n", talk->to->data));
		else
			say(talk, STAGE_DATA, heap_text("DATA\r\n"));
		return true;
	case STAGE_DATA:
		/* No line of ours begins with a point: see add_quoted() in mail.c. */
		say(talk, STAGE_MAIL, heap_print("%s.\r\n", sending->post.body));
		return true;
	default:
		finish(talk, ALERT_DELIVERED, code, talk->line.data);
		return false;
	}
}

/* A whole line. "250-…" has another behind it. false: the talk is over. */
static bool take_line(struct mail_talk *talk)
{
	const char *line = talk->line.data;
	int code = (int)strtol(line, NULL, 10);
	bool more = talk->line.length > 3 && line[3] == '-', fine = true;

	if (code < 100 || code > 999) {
		finish(talk, ALERT_LATER, -1, "the mail server says what makes no sense");
		return false;
	}
	if (!more)
		fine = go_on(talk, code);
	if (fine)
		buf_clear(&talk->line);
	return fine;
}

static bool take(struct mail_talk *talk, const char *data, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		buf_add_char(&talk->line, data[i]);
		if (data[i] == '\n' && !take_line(talk))
			return false;
	}
	return true;
}

/* All that is there. false: the talk is over. */
static bool hear(struct mail_talk *talk)
{
	for (;;) {
		char part[1024];
		size_t length = 0;
		CURLcode code = curl_easy_recv(talk->easy, part, sizeof part, &length);

		if (code == CURLE_AGAIN)
			return true;
		if (code != CURLE_OK || length == 0) {
			finish(talk, ALERT_LATER, -1, code != CURLE_OK ? curl_easy_strerror(code) : "the mail server hung up");
			return false;
		}
		if (!take(talk, part, length))
			return false;
	}
}

static bool speak(struct mail_talk *talk)
{
	while (talk->out_at < talk->out_length) {
		size_t sent = 0;
		CURLcode code = curl_easy_send(talk->easy, talk->out + talk->out_at, talk->out_length - talk->out_at, &sent);

		if (code == CURLE_AGAIN)
			return true;
		if (code != CURLE_OK) {
			finish(talk, ALERT_LATER, -1, curl_easy_strerror(code));
			return false;
		}
		talk->out_at += sent;
	}
	return true;
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct mail_talk *talk = poll->data;

	(void)status;	/* an error is what the next word meets */
	(void)events;
	if (!hear(talk) || !speak(talk))
		return;
	uv_poll_start(poll, UV_READABLE | (talk->out_at < talk->out_length ? UV_WRITABLE : 0), on_ready);
}

void mail_talk_begin(struct sending *sending, CURL *easy, curl_socket_t fd)
{
	struct mail_talk *talk = heap_zero(1, sizeof *talk);
	char *from = mail_address(sending->channel->settings.from, NULL);

	assert(from != NULL);	/* the spec is sealed */
	if (fd == CURL_SOCKET_BAD || uv_poll_init(probe_loop_uv(sending->loop), &talk->poll, fd) != 0) {
		free(from);
		free(talk);
		sending_fail(sending, ALERT_LATER, "the connection to the mail server cannot be waited for");
		return;
	}
	talk->poll.data = talk;
	talk->sending = sending;
	talk->easy = easy;
	talk->to = sending->lines;
	buf_init(&talk->line, ANSWER_MOST);
	sending->talk = talk;
	say(talk, STAGE_FROM, heap_print("MAIL FROM:<%s>\r\n", from));
	free(from);
	uv_poll_start(&talk->poll, UV_READABLE | UV_WRITABLE, on_ready);
}
