/*
 * A thread with an archive of its own that answers questions about the past, so that neither screen nor engine waits for a disk.
 */
#ifndef KUMATOP_READER_H
#define KUMATOP_READER_H

#include <stdbool.h>

#include "kumatop/archive.h"

struct reader;

struct reader *reader_start(const char *path, struct error *err);

/*
 * Questions about the board can be answered from now on: with the specs of the hub's newest picture, else with what make() says, which is
 * called on the reader thread. Before the first question.
 */
void reader_show_boards(struct reader *reader, struct snapshot_hub *hub, archive_spec_fn *make, void *arg);

/* answer() is called on the reader thread, takes the answer and must not block. false when too many questions wait. Any thread. */
bool reader_ask(struct reader *reader, const struct history_query *query,
    void (*answer)(void *arg, struct history_answer *answer), void *arg, struct error *err);

/* Questions not yet begun are answered from another database, if it can be opened. Any thread; never waits. */
void reader_turn_to(struct reader *reader, const char *path);

/*
 * Reads the spans of many monitors since from_us, one after the other between questions, and hands each to give(), which takes the
 * heap array. For the last day's accounts after a restart. ids is copied. Any thread.
 */
bool reader_restore(struct reader *reader, const monitor_id *ids, size_t count, int64_t from_us, int64_t to_us,
    void (*give)(void *arg, monitor_id monitor, struct span *spans, size_t count), void *arg, struct error *err);

/*
 * Unanswered questions are dropped without an answer. Nobody may ask any more. Waits at most timeout_ms (-1: for ever) for the thread;
 * false: a disk that does not answer keeps it, and the reader is left behind with it. Accepts NULL.
 */
bool reader_stop(struct reader *reader, int timeout_ms);

#endif
