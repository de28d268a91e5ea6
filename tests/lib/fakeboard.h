/*
 * A board without an engine: the monitors of the drawings, in every state there is, at a time that stands still. Commands change it
 * as an engine would, without a check; questions about the past are answered from a pattern.
 */
#ifndef TESTS_FAKEBOARD_H
#define TESTS_FAKEBOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/access.h"
#include "kumatop/board.h"

/* 2026-11-22 14:03:27 in TZ=CET-1. */
#define FAKEBOARD_NOW_US (INT64_C(1795352607) * 1000000)

/* A past board of before has no monitors. */
#define FAKEBOARD_BEGUN_US (FAKEBOARD_NOW_US - INT64_C(20) * 86400 * 1000000)

struct fakeboard;

struct fakeboard *fakeboard_create(void);
void fakeboard_destroy(struct fakeboard *fake);		/* accepts NULL */

/* What a screen is started with; its fields may be changed before. */
struct board *fakeboard_board(struct fakeboard *fake);

/* Adds the monitors of the drawings. */
void fakeboard_add_drawn(struct fakeboard *fake);

/* Adds `count` more, "service-0001" and so on, each up. */
void fakeboard_add_many(struct fakeboard *fake, size_t count);

/* Adds one up with this name and detail, whatever they hold (a name as the network or a person might send it). */
void fakeboard_add(struct fakeboard *fake, const char *name, const char *detail);

/* Publishes what it is now. */
void fakeboard_publish(struct fakeboard *fake);

/* Puts a monitor into a state since now; false: there is none of that name. Publishes. */
bool fakeboard_set_state(struct fakeboard *fake, const char *name, enum state state, const char *detail);

/* Pauses every monitor there is. Publishes. */
void fakeboard_pause_all(struct fakeboard *fake);

/* Another latency for one of `many` monitors, by number; publishes when told to. */
void fakeboard_beat(struct fakeboard *fake, size_t index, int32_t latency_us);

/* Troubles for the banner; NULL: none. Publishes. */
void fakeboard_set_trouble(struct fakeboard *fake, const char *history_trouble, bool network_gone);

/* As an owner elsewhere shows it to one who is this there, and with this said of the link (NULL: nothing). Publishes. */
void fakeboard_set_link(struct fakeboard *fake, enum access_role role, const char *link_trouble);

/* From now on the answer to a question for a past board waits until it is let go, one at a time. */
void fakeboard_set_slow(struct fakeboard *fake);
void fakeboard_let_go(struct fakeboard *fake);

/* True once the screen has said that it is over; how may be NULL. */
bool fakeboard_is_over(struct fakeboard *fake, enum screen_end *how);

/* True once after the screen has asked for the checks to be handed over; done: they are another process's from then on. */
bool fakeboard_takes_over(struct fakeboard *fake, bool done);

/* The clock of the board, for screen_settings.now_us. */
int64_t fakeboard_now_us(void);

#endif
