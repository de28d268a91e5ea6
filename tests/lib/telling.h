/* Messages and channels for tests of alerts, and an alerter whose fates are waited for. Main thread. */
#ifndef TESTS_TELLING_H
#define TESTS_TELLING_H

#include "kumatop/alerter.h"

enum { TELLING_TIME_S = 1796000000 };	/* 2026-11-30 00:53:20 UTC: when every message was decided */

/* A message of a kind about the monitor "shop", the same each time. One holder. */
struct alert_message *telling_message(enum alert_kind kind);

/* What nobody should be called: markup, mentions, line ends, a header, 10 kB of it. As a text that was not made harmless. */
const char *telling_hostile(void);

/* The same kinds about a monitor that is called so, with a reason that is, too. */
struct alert_message *telling_hostile_message(enum alert_kind kind);

/*
 * A sealed channel of "name=value" settings, one on each line; "%s" in a value is `address`. Fails the test when it cannot be made.
 */
struct channel_spec *telling_channel(const char *kind, const char *settings, const char *address);

/* An alerter; helper may be NULL. */
void telling_start(struct helper *helper);
void telling_stop(void);

/* Sends, and waits for the fate. */
struct alert_fate telling_send(struct channel_spec *channel, struct alert_message *message);

/* Sends without waiting. The number of fates so far, and one of them in the order in which they came. */
void telling_send_later(uint64_t delivery, struct channel_spec *channel, struct alert_message *message);
unsigned telling_fates(void);
struct alert_fate telling_fate(unsigned index);

/* What the terminal was told last. */
const char *telling_line(void);
const char *telling_sequence(void);

extern struct alerter *telling_alerter;

#endif
