/*
 * The protocol between an owner and those who look: one JSON object a line, over a unix socket or the pipes of ssh. Pure: lines in,
 * values out, and the reverse; sockets are in server.h, viewer.h and call.h. Both sides take the other for hostile: lines are bounded,
 * nesting is bounded, and what is not understood is refused with a reason.
 *
 * Every line has "op". The viewer speaks first:
 *
 *   viewer                                                        owner
 *   {"op":"hello","protocol":1,"version":"1.0"}                   {"op":"hello","protocol":1,"version":…,"host":…,"database":…,
 *                                                                  "configuration":…,"pid":…,"user":…,"role":"dev"}
 *                                                                 or {"op":"refused","text":…}, and it closes
 *   {"op":"watch","what":"board","names":["web*"]}                {"op":"view","at":0,"id":7,…} … {"op":"board","count":1,…}, and again
 *                                                                  what has changed, as often as the viewer takes it
 *   {"op":"watch","what":"health"}                                {"op":"board",…} alone
 *   {"op":"command","ticket":3,"do":"pause","monitor":7,…}        {"op":"reply","ticket":3,"done":true,"text":…}
 *   {"op":"ask","ticket":4,"kind":"events",…}                     {"op":"answer","ticket":4,…}
 *                                                                 {"op":"bye","text":…,"again":true}: the owner ends; again: another
 *                                                                  takes its place
 *
 * A picture is mirrored slot by slot: "view" says what stands "at" a slot from now on: everything that is not zero or empty when it is
 * "new", else only what changed; "board" how many slots there are, and that the picture is whole. One who watches health alone gets no
 * views, but in "board" how many monitors there are in each of the "states", in their order. States, outcomes, verdicts, roles and kinds
 * travel as their words. A text that is gone is "".
 *
 * A question for the board as it stood ("kind":"board","to":…) is answered by the same lines, but with its ticket: {"op":"view","ticket":5,…}
 * for each slot, and at the end {"op":"answer","ticket":5,"kind":"board","ok":true,"count":…,"time":…}. They may come among those of the
 * live picture. An answer that is not "ok" takes back what came of it before. An owner of an older version refuses the question.
 *
 * Marks of a bar travel as one text, oldest first: a letter for each (n new, u up, g degraded, p pending, d down, k unknown, m maintenance,
 * z paused), followed by its latency in tens of microseconds if there was an answer: "u11843u12002d". "marks" come behind those the view
 * has, "bar" takes the place of all of them.
 *
 * Times are microseconds since 1970, UTC; durations carry
 * their unit in the name. Unknown keys are ignored, so that what a newer version adds does not break an older one of the same protocol.
 */
#ifndef KUMATOP_WIRE_H
#define KUMATOP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/access.h"
#include "kumatop/buf.h"
#include "kumatop/command.h"
#include "kumatop/history.h"
#include "kumatop/json.h"
#include "kumatop/snapshot.h"

enum {
	WIRE_PROTOCOL = 1,
	WIRE_REQUEST_MOST = 256 * 1024,	/* bytes of a viewer's line */
	WIRE_LINE_MOST = 4 * 1024 * 1024,	/* bytes of an owner's line */
	WIRE_DEPTH_MOST = 6,
	WIRE_NAMES_MOST = 256,		/* patterns of a watch */
};

/*
 * Bytes to lines. feed() appends; next() gives the next whole line without its newline, borrowed until the next call of either, or NULL.
 * A line longer than most sets broken, for good.
 */
struct wire_lines {
	struct buf bytes;
	size_t begin;		/* of what was not given out yet */
	size_t seen;		/* up to here there is no newline */
	size_t most;
	bool broken;
};

void wire_lines_init(struct wire_lines *lines, size_t most);
void wire_lines_finish(struct wire_lines *lines);
bool wire_lines_feed(struct wire_lines *lines, const char *data, size_t length);	/* false: broken */
const char *wire_lines_next(struct wire_lines *lines, size_t *length);

/* A line as an object with an "op", or NULL with err. json_free() it. */
struct json *wire_parse(const char *line, size_t length, struct error *err);
const char *wire_op(const struct json *message);

/* What each side says first. Texts are cut to fit. */
struct wire_hello {
	int64_t protocol;
	char version[32];
	char host[256], database[1024], configuration[1024];	/* owner's; "": none */
	char owner[64];			/* owner's: the user it runs as; "": it does not say */
	int64_t pid;			/* owner's */
	char user[64];			/* owner's: who it takes the viewer for */
	enum access_role role;		/* owner's: what the viewer is there */
};

void wire_put_viewer_hello(struct buf *out, const char *version);
void wire_put_owner_hello(struct buf *out, const struct wire_hello *hello);

/* false, with err saying which side is older, when the protocol is another. As the owner (true) or the viewer reads it. */
bool wire_read_hello(const struct json *message, bool as_owner, struct wire_hello *hello, struct error *err);

void wire_put_refusal(struct buf *out, const char *text);
void wire_put_bye(struct buf *out, const char *text, bool again);

/* watch */
struct wire_watch {
	bool health_only;
	char **names;		/* patterns as text_glob() has them; count 0: all. Heap */
	size_t name_count;
};

void wire_put_watch(struct buf *out, const struct wire_watch *watch);
bool wire_read_watch(const struct json *message, struct wire_watch *watch, struct error *err);
void wire_watch_finish(struct wire_watch *watch);

/*
 * One picture on its way to one viewer: from what the viewer has to what there is. A pass may be carried out in steps, as the viewer
 * takes bytes; both pictures are held by it until then.
 */
struct wire_pass {
	const struct snapshot *from;	/* held; NULL: the viewer has nothing */
	const struct snapshot *to;	/* held */
	size_t from_index, to_index;	/* how far each was gone through */
	size_t at;			/* the next slot of the viewer */
	const struct monitor_view *next;	/* of `to`, found in the step before; or NULL */
	uint32_t states[STATE_COUNT];	/* counted so far, for who watches health alone within a scope */
	bool began;
	bool answers;			/* it is the answer to `query`, of HISTORY_BOARD; else the live picture */
	struct history_query query;
};

/* What of a picture is for this viewer: NULL: all. Must give the same answer for the same spec during a pass and the one after. */
struct wire_scope {
	void *arg;
	bool (*sees)(void *arg, const struct monitor_spec *spec);
};

/* Takes over both holds. */
void wire_pass_begin(struct wire_pass *pass, const struct snapshot *from, const struct snapshot *to);

/* The same for a past board, from nothing to all. Takes over the hold. */
void wire_pass_begin_answer(struct wire_pass *pass, const struct history_query *query, const struct snapshot *board);

/*
 * Appends lines until out has `room` bytes or the pass is over, with a scope perhaps none, as few monitors are looked at in one step; the
 * limit of out has to leave WIRE_LINE_MOST behind that. Every view has a spec. true: it is over, the last line is "board" (or "answer"), and pass->to is what
 * the viewer has now (still held by the pass). role: what the viewer is here. scope may be NULL; health_only: no views.
 */
bool wire_pass_step(struct wire_pass *pass, const struct wire_scope *scope, bool health_only, enum access_role role, size_t room,
    struct buf *out);
void wire_pass_finish(struct wire_pass *pass);	/* accepts one never begun */

/* The other end: messages become a picture again. One thread. */
struct wire_mirror;

struct wire_mirror *wire_mirror_create(void);
void wire_mirror_destroy(struct wire_mirror *mirror);	/* accepts NULL */

/* A "view". After an error the mirror is of no use but to be destroyed. */
bool wire_mirror_view(struct wire_mirror *mirror, const struct json *message, struct error *err);

/* A "board", or an "answer" with one: the picture is whole. A snapshot with one holder, or NULL with err. */
const struct snapshot *wire_mirror_board(struct wire_mirror *mirror, const struct json *message, struct error *err);

/* The last whole picture again, with this said of the link to the owner (NULL: nothing). NULL before the first. */
const struct snapshot *wire_mirror_again(struct wire_mirror *mirror, const char *link_trouble);

/*
 * Commands. Specs travel as text (conf_print_monitor); a secret that the owner did not show ("***") stands for the one it has, and is
 * put in its place by wire_fill_secrets(). RELOAD and STOP travel without anything else. ticket is the viewer's.
 */
void wire_put_command(struct buf *out, const struct command *command);	/* longer than WIRE_REQUEST_MOST: the owner will not take it */

/* Which command it is, and the monitor it is about (0: none), without parsing a spec: for refusing it before. false: no such command. */
bool wire_command_kind(const struct json *message, enum command_kind *kind, monitor_id *monitor);

/*
 * The command as the owner carries it out, without who, reply and ticket's owner; NULL with err. Parses specs with these defaults (may be
 * NULL), by conf_parse_foreign() and under its conditions; they are foreign until wire_fill_secrets().
 */
struct conf_settings;
struct command *wire_read_command(const struct json *message, const struct conf_settings *defaults, struct error *err);

/*
 * Puts into a command's spec the secrets it only stands for ("***"), from the monitor it is about (NULL: there is none), and seals it anew,
 * to be checked here. An edit keeps its monitor's origin. false with err when a secret is asked for that nobody has, or what it names (a file,
 * a variable) is not here. Reads files: not on a loop.
 */
bool wire_fill_secrets(struct command *command, const struct monitor_spec *from, struct error *err);

/* The ticket of a message that has one, else 0. */
uint64_t wire_ticket(const struct json *message);

void wire_put_reply(struct buf *out, const struct reply *reply);
bool wire_read_reply(const struct json *message, struct reply *reply, struct error *err);

/* Questions and answers. An answer that would be longer than a line is cut to the newest events, and says that there are more. */
void wire_put_ask(struct buf *out, const struct history_query *query);
bool wire_read_ask(const struct json *message, struct history_query *query, struct error *err);
void wire_put_answer(struct buf *out, const struct history_answer *answer);	/* but for a board: see wire_pass_begin_answer() */

/* One about the board is without it: the mirror that took its views has it. */
struct history_answer *wire_read_answer(const struct json *message, struct error *err);

#endif
