/*
 * A viewer on a loop that the test turns, before an owner that is played; what it is told is kept to be looked at. For cmocka: what goes
 * wrong here fails the test. Include cmocka.h before.
 */
#ifndef TESTS_LOOKOUT_H
#define TESTS_LOOKOUT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "await.h"
#include "fakeowner.h"

#include "kumatop/viewer.h"

enum { LOOKOUT_WAIT_MS = 20000, LOOKOUT_REPLIES_MOST = 8192 };

struct lookout {
	uv_loop_t loop;
	struct fakeowner *owner;
	struct snapshot_hub *hub;
	struct viewer *viewer;
	struct fakepeer peer;
	struct wire_hello hello;
	atomic_int attached, refused, lost, said, replies, answers, published;
	struct reply last_reply;
	struct reply many[LOOKOUT_REPLIES_MOST];
	struct history_query asked;
	struct error err;		/* of the last refused or lost */
	struct error answer_err;
	bool answer_ok;
	size_t board_count;		/* monitors of the board that the last answer had */
	char line[256];
	bool stop_when_told;	/* that it was refused, or nobody was there */
};

struct lookout *lookout_open(void);		/* an owner that listens; nobody looks yet */
struct lookout *lookout_attached(void);		/* it shows a monitor "web" of id 7, to a dev */

/* Stops the viewer and turns the loop, which must come to its end by itself: nothing of the viewer is left on it. */
void lookout_close(struct lookout *lookout);

void lookout_look(struct lookout *lookout, const char *const *program);	/* starts the viewer; NULL: by the socket */
void lookout_let_in(struct lookout *lookout);	/* the owner does, and shows its picture as it is */
void lookout_stop(struct lookout *lookout);
bool lookout_turn(struct lookout *lookout);	/* the loop, once; true */

/* The next message at the owner's end, which must be this op. */
struct json *lookout_hear(struct lookout *lookout, const char *op);
void lookout_hear_only(struct lookout *lookout, const char *op);

/* What the picture says of the link; "" when there is none. Valid until the next call. */
const char *lookout_trouble(struct lookout *lookout);

/* A pause of 7 and a question for its events, under these tickets. */
bool lookout_submit(struct lookout *lookout, uint64_t ticket, struct error *err);
bool lookout_ask_board(struct lookout *lookout, int64_t at_us, struct error *err);
bool lookout_ask(struct lookout *lookout, uint64_t ticket, struct error *err);

/* Turns the loop until it is so. */
#define UNTIL(lookout, condition) AWAIT(lookout_turn(lookout) && (condition), LOOKOUT_WAIT_MS)

#endif
