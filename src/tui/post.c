/*
 * The way of replies and answers to the screen's thread. The box is as old as the process: an answer may come when the screen that
 * asked has long ended, and must find something to fall into.
 */
#include "tui.h"

#include <stdlib.h>

#include "kumatop/heap.h"
#include "kumatop/mailbox.h"
#include "kumatop/text.h"

enum { POST_LIMIT = 4096 };

enum letter_kind { LETTER_REPLY, LETTER_ANSWER, LETTER_HANDED_OVER };

struct letter {
	enum letter_kind kind;
	struct reply reply;	/* of LETTER_HANDED_OVER its text alone: why not */
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
	letter->kind = LETTER_ANSWER;
	letter->answer = answer;
	post(letter);
}

void post_handed_over(const char *trouble)
{
	struct letter *letter = heap_zero(1, sizeof *letter);

	letter->kind = LETTER_HANDED_OVER;
	text_copy(letter->reply.text, sizeof letter->reply.text, trouble ? trouble : "");
	post(letter);
}

void post_take(struct tui *tui)
{
	struct letter *letter;

	while ((letter = mailbox_pop(box))) {
		if (letter->kind == LETTER_HANDED_OVER) {
			leave_handed_over(tui, letter->reply.text);
		} else if (letter->kind == LETTER_ANSWER) {
			stack_answer(tui, letter->answer);
			letter->answer = NULL;
		} else {
			stack_reply(tui, &letter->reply);
		}
		letter_destroy(letter);
		tui->dirty = true;
	}
}
