/*
 * The way of replies and answers to the screen's thread. The box is as old as the process: an answer may come when the screen that
 * asked has long ended, and must find something to fall into.
 */
#include "tui.h"

#include <stdlib.h>

#include "kumatop/heap.h"
#include "kumatop/mailbox.h"

enum { POST_LIMIT = 4096 };

struct letter {
	bool is_answer;
	struct reply reply;
	struct history_answer *answer;
};

static struct mailbox *box;
static void (*wake_screen)(void);

static void letter_destroy(void *message)
{
	struct letter *letter = message;

	history_answer_destroy(letter->answer);
	free(letter);
}

static void on_mail(void *arg)
{
	(void)arg;
	wake_screen();
}

void post_open(void (*wake)(void))
{
	if (box)
		return;
	wake_screen = wake;
	box = mailbox_create(POST_LIMIT, letter_destroy);
	mailbox_set_wake(box, on_mail, NULL);
}

static void post(struct letter *letter)
{
	if (!mailbox_push(box, letter))
		letter_destroy(letter);
}

void post_reply(void *arg, const struct reply *reply)
{
	struct letter *letter = heap_zero(1, sizeof *letter);

	(void)arg;
	letter->reply = *reply;
	letter->reply.result.evidence = NULL;
	post(letter);
}

void post_answer(void *arg, struct history_answer *answer)
{
	struct letter *letter = heap_zero(1, sizeof *letter);

	(void)arg;
	letter->is_answer = true;
	letter->answer = answer;
	post(letter);
}

void post_take(struct tui *tui)
{
	struct letter *letter;

	while ((letter = mailbox_pop(box))) {
		if (letter->is_answer) {
			stack_answer(tui, letter->answer);
			letter->answer = NULL;
		} else {
			stack_reply(tui, &letter->reply);
		}
		letter_destroy(letter);
		tui->dirty = true;
	}
}
