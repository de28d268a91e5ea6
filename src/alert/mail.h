/* A message as a mail: RFC 5322 with MIME, so that any name arrives as it is and none becomes a header. Private to src/alert. */
#ifndef ALERT_MAIL_H
#define ALERT_MAIL_H

#include "sending.h"

/* "ops@example.com" or "Ops <ops@example.com>": the address alone, heap; NULL with err. */
char *mail_address(const char *text, struct error *err);

/* The whole mail, lines ended by CR LF. host: the right side of its Message-ID. */
void mail_compose(const struct channel_spec *spec, const struct alert_message *message, const char *host, int64_t now_us, struct buf *out);

/*
 * Hands the mail in sending->post.body, for sending->lines, to a server that is ready for it, and ends the sending. fd is the connection of
 * the CURL handle.
 */
void mail_talk_begin(struct sending *sending, CURL *easy, curl_socket_t fd);
void mail_talk_end(struct sending *sending);	/* stops it, wherever it is; also where it never began */

#endif
