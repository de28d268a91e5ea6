/*
 * Pictures made up, sent through the wire and compared. For cmocka: what goes wrong here fails the test. Include cmocka.h before.
 */
#ifndef TESTS_WIRED_H
#define TESTS_WIRED_H

#include "kumatop/wire.h"

/* A sealed monitor from text as kumatop.conf has it. */
struct monitor_spec *wired_spec(const char *text, enum spec_origin origin);

/* Adds a monitor "name" that has results and marks. */
void wired_add(struct picture *picture, monitor_id id, const char *name);

/* Another result for a view: every field moves. */
void wired_beat(struct monitor_view *view, int round);

/* A snapshot of it, under a health in which nothing is zero. */
const struct snapshot *wired_snapshot(struct picture *picture, int64_t now_us);

/* Carries out a whole pass in steps of `room` bytes into the mirror, and gives its picture. Takes over both holds; *bytes may be NULL. */
const struct snapshot *wired_pass(struct wire_mirror *mirror, const struct snapshot *from, const struct snapshot *to,
    const struct wire_scope *scope, size_t room, size_t *bytes);

/* Hands each line to the mirror; a snapshot if one was a "board". */
const struct snapshot *wired_take(struct wire_mirror *mirror, const struct buf *lines);

/* Everything that can be seen of both is the same. */
void wired_assert_view(const struct monitor_view *is, const struct monitor_view *want);
void wired_assert_same(const struct snapshot *is, const struct snapshot *want);

/* A line as a message. */
struct json *wired_message(const char *line);

#endif
