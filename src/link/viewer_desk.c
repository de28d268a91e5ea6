/* Orders and questions on their way to an owner; see viewer_desk.h. */
#include "viewer_desk.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/mailbox.h"
#include "kumatop/text.h"

/* An order or a question. */
struct paper {
	struct command *command;	/* an order, owned until it is sent; else NULL */
	bool is_order;
	uint64_t ticket;		/* the asker's own */
	enum command_kind kind;
	monitor_id monitor;
	command_reply_fn *reply;
	void *reply_arg;
	struct history_query query;
	void (*answer)(void *arg, struct history_answer *answer);
	void *answer_arg;
	struct wire_mirror *mirror;	/* what came of a board so far; NULL: nothing */
};

struct viewer_desk {
	struct mailbox *box;		/* of papers that wait for the loop */
	pthread_mutex_t mutex;		/* guards the reason */
	char reason[256];		/* "": none */

	/* On their way, found by ticket: one is its place plus DESK_MOST times how often the place was used. Loop's thread. */
	struct paper *sent[DESK_MOST];	/* NULL: a free place */
	uint64_t tickets[DESK_MOST];
	uint32_t spare[DESK_MOST];
	size_t spare_count;
};

static void paper_destroy(void *message)
{
	struct paper *paper = message;

	command_destroy(paper->command);
	wire_mirror_destroy(paper->mirror);
	free(paper);
}

/* Answers it with a refusal, and is through with it. */
static void refuse(struct paper *paper, const char *why)
{
	if (paper->is_order && paper->reply) {
		struct reply reply = { .ticket = paper->ticket, .kind = paper->kind, .monitor = paper->monitor };

		text_copy(reply.text, sizeof(reply.text), why);
		paper->reply(paper->reply_arg, &reply);
	} else if (!paper->is_order) {
		struct history_answer *answer = heap_zero(1, sizeof(*answer));

		answer->query = paper->query;
		error_set(&answer->error, EXIT_UNAVAILABLE, "%s", why);
		paper->answer(paper->answer_arg, answer);
	}
	paper_destroy(paper);
}

struct viewer_desk *viewer_desk_create(void (*wake)(void *arg), void *arg)
{
	struct viewer_desk *desk = heap_zero(1, sizeof(*desk));

	desk->box = mailbox_create(DESK_MOST, paper_destroy);
	mailbox_set_wake(desk->box, wake, arg);
	pthread_mutex_init(&desk->mutex, NULL);
	for (uint32_t i = 0; i < DESK_MOST; i++) {
		desk->tickets[i] = DESK_MOST + i;	/* never 0 */
		desk->spare[desk->spare_count++] = DESK_MOST - 1 - i;
	}
	return desk;
}

void viewer_desk_destroy(struct viewer_desk *desk)
{
	if (!desk)
		return;
	mailbox_destroy(desk->box);
	pthread_mutex_destroy(&desk->mutex);
	free(desk);
}

void viewer_desk_set_reason(struct viewer_desk *desk, const char *reason)
{
	pthread_mutex_lock(&desk->mutex);
	text_copy(desk->reason, sizeof(desk->reason), reason ? reason : "");
	pthread_mutex_unlock(&desk->mutex);
}

/* Takes the paper, or leaves it. */
static bool hand_in(struct viewer_desk *desk, struct paper *paper, struct error *err)
{
	char reason[sizeof(desk->reason)];

	pthread_mutex_lock(&desk->mutex);
	text_copy(reason, sizeof(reason), desk->reason);
	pthread_mutex_unlock(&desk->mutex);
	if (reason[0])
		return error_set(err, EXIT_UNAVAILABLE, "%s", reason);
	return mailbox_push(desk->box, paper) || error_set(err, EXIT_LOCKED, "too much is waiting for the owner already");
}

bool viewer_desk_order(struct viewer_desk *desk, struct command *command, struct error *err)
{
	struct paper *paper = heap_zero(1, sizeof(*paper));

	*paper = (struct paper){
		.command = command, .is_order = true, .ticket = command->ticket, .kind = command->kind, .monitor = command->monitor,
		.reply = command->reply, .reply_arg = command->reply_arg,
	};
	if (hand_in(desk, paper, err))
		return true;
	paper_destroy(paper);
	return false;
}

bool viewer_desk_question(struct viewer_desk *desk, const struct history_query *query,
    void (*answer)(void *arg, struct history_answer *answer), void *arg, struct error *err)
{
	struct paper *paper = heap_zero(1, sizeof(*paper));

	*paper = (struct paper){ .query = *query, .answer = answer, .answer_arg = arg };
	if (hand_in(desk, paper, err))
		return true;
	paper_destroy(paper);
	return false;
}

static void print(struct paper *paper, uint64_t ticket, struct buf *line)
{
	struct history_query query = paper->query;

	if (paper->is_order) {
		paper->command->ticket = ticket;
		wire_put_command(line, paper->command);
		command_destroy(paper->command);
		paper->command = NULL;
	} else {
		query.ticket = ticket;
		wire_put_ask(line, &query);
	}
}

/* Keeps the paper, or refuses it. */
static void send_one(struct viewer_desk *desk, struct paper *paper, struct buf *line,
    bool (*send)(void *arg, const char *bytes, size_t length), void *arg)
{
	uint32_t place;

	if (!desk->spare_count) {
		refuse(paper, "too much is waiting for the owner already");
		return;
	}
	place = desk->spare[desk->spare_count - 1];
	buf_clear(line);
	print(paper, desk->tickets[place], line);
	if (line->full) {
		refuse(paper, "that is more than can be sent to the owner");
	} else if (!send(arg, line->data, line->length)) {
		refuse(paper, "the owner does not read what it is sent");
	} else {
		desk->sent[place] = paper;
		desk->spare_count--;
	}
}

void viewer_desk_send(struct viewer_desk *desk, bool (*send)(void *arg, const char *bytes, size_t length), void *arg)
{
	struct paper *paper;
	struct buf line;

	buf_init(&line, WIRE_REQUEST_MOST);
	while ((paper = mailbox_pop(desk->box)))
		send_one(desk, paper, &line, send, arg);
	buf_finish(&line);
}

/* What waits under this ticket, off the table; NULL: nothing does. */
static struct paper *pick(struct viewer_desk *desk, uint64_t ticket, bool is_order)
{
	uint32_t place = (uint32_t)(ticket % DESK_MOST);
	struct paper *paper = desk->sent[place];

	if (!paper || desk->tickets[place] != ticket || paper->is_order != is_order)
		return NULL;
	desk->sent[place] = NULL;
	desk->tickets[place] += DESK_MOST;
	desk->spare[desk->spare_count++] = place;
	return paper;
}

static bool take_reply(struct viewer_desk *desk, const struct json *message, struct error *err)
{
	struct reply reply;
	struct paper *paper;

	if (!wire_read_reply(message, &reply, err))
		return false;
	paper = pick(desk, reply.ticket, true);
	if (!paper)
		return true;
	reply.ticket = paper->ticket;
	reply.kind = paper->kind;
	if (paper->reply)
		paper->reply(paper->reply_arg, &reply);
	paper_destroy(paper);
	return true;
}

bool viewer_desk_take_view(struct viewer_desk *desk, const struct json *message, struct error *err)
{
	uint64_t ticket = wire_ticket(message);
	struct paper *paper = desk->sent[ticket % DESK_MOST];

	if (!paper || desk->tickets[ticket % DESK_MOST] != ticket || paper->is_order || paper->query.kind != HISTORY_BOARD)
		return true;
	if (!paper->mirror)
		paper->mirror = wire_mirror_create();
	return wire_mirror_view(paper->mirror, message, err);
}

/* The board that an answer ends. */
static bool finish_board(struct paper *paper, const struct json *message, struct history_answer *answer, struct error *err)
{
	if (!paper->mirror)
		paper->mirror = wire_mirror_create();
	answer->board = wire_mirror_board(paper->mirror, message, err);
	return answer->board != NULL;
}

static bool take_answer(struct viewer_desk *desk, const struct json *message, struct error *err)
{
	struct history_answer *answer = wire_read_answer(message, err);
	struct paper *paper;

	if (!answer)
		return false;
	paper = pick(desk, answer->query.ticket, false);
	if (!paper) {
		history_answer_destroy(answer);
		return true;
	}
	if (answer->query.kind != paper->query.kind) {
		history_answer_destroy(answer);
		refuse(paper, paper->query.kind >= HISTORY_BOARD ? "the owner's kumatop is older and does not know how"
		    : "the owner answers another question");
		return true;
	}
	if (answer->ok && paper->query.kind == HISTORY_BOARD && !finish_board(paper, message, answer, err)) {
		history_answer_destroy(answer);
		refuse(paper, "the owner answers what is not understood");
		return false;
	}
	answer->query = paper->query;
	paper->answer(paper->answer_arg, answer);
	paper_destroy(paper);
	return true;
}

bool viewer_desk_take(struct viewer_desk *desk, const struct json *message, struct error *err)
{
	return strcmp(wire_op(message), "reply") == 0 ? take_reply(desk, message, err) : take_answer(desk, message, err);
}

void viewer_desk_refuse_all(struct viewer_desk *desk, const char *why)
{
	struct paper *paper;

	for (uint32_t place = 0; place < DESK_MOST; place++) {
		if (desk->sent[place] && (paper = pick(desk, desk->tickets[place], desk->sent[place]->is_order)))
			refuse(paper, why);
	}
	while ((paper = mailbox_pop(desk->box)))
		refuse(paper, why);
}
