/*
 * What is known of a monitor's last result, in words: for the why block, the page of evidence and lines about it.
 */
#ifndef KUMATOP_TUI_WHY_H
#define KUMATOP_TUI_WHY_H

#include <stddef.h>

#include "view.h"

#include "kumatop/buf.h"

/* A state as titles have it: what needs a person shouts. */
const char *state_title(int state);

/* True when a person wants to know why it is what it is. */
bool why_is_asked(const struct monitor_view *view);

/* "wrong status: 503 Service Unavailable (expected 200-299)": the sentence of an outcome and its detail, without saying it twice. */
char *why_reason(int outcome, const char *detail, char *out, size_t size);

/* The line of evidence that tells most: the first of the body, else the last there is; "" when there is none. */
char *why_body(const char *evidence, char *out, size_t size);

/* The part of evidence that came back: of HTTP its status line and what follows. All of it when nothing came back. */
const char *why_answer(const char *evidence);

/* The body in that part; "" when there is none, or the answer is not HTTP. */
const char *why_answer_body(const char *evidence);

/* "name 4  tcp 12  tls 31  first byte 88  = 135 ms": what was reached, as far as there is room. */
void why_phases(const int32_t phase_us[PHASE_COUNT], char *out, size_t size);

/* What a phase is called beside the others that were reached. */
const char *why_phase_label(const int32_t phase_us[PHASE_COUNT], int phase);

/* "3 of 3 failures" of the run that counts in this state; "" when none does. */
char *why_run(const struct monitor_view *view, char *out, size_t size);

/* All of it as lines, the first one a title: for a page. */
void why_page(const struct tui *tui, const struct monitor_view *view, struct buf *out);

#endif
