/* The thread that answers questions about the past; what it answers with is archive.h's. */
#include "kumatop/reader.h"

#include <stdatomic.h>

#include "kumatop/heap.h"
#include "kumatop/log.h"
#include "kumatop/mailbox.h"
#include "kumatop/thread.h"

enum { QUESTIONS_MOST = 64 };

typedef void answer_fn(void *arg, struct history_answer *answer);
typedef void give_fn(void *arg, monitor_id monitor, struct span *spans, size_t count);

struct question {
	struct question *next;		/* among restorations under way */
	void *arg;
	answer_fn *answer;		/* NULL: a restoration */
	struct history_query query;
	give_fn *give;
	monitor_id *ids;
	size_t count, done;
	int64_t from_us, to_us;
};

struct reader {
	struct thread *thread;
	struct mailbox *box;
	atomic_bool stopping;
	_Atomic(char *) next_path;	/* heap; NULL: to stay with the archive there is */
	struct archive *archive;	/* reader thread, from its start on */
	struct snapshot_hub *hub;	/* where specs come from; NULL: no boards are shown */
	archive_spec_fn *make;
	void *make_arg;
	struct question *restorations;	/* reader thread; oldest first */
};

static void discard(void *arg)
{
	struct question *question = arg;

	free(question->ids);
	free(question);
}

static void queue(struct reader *reader, struct question *restoration)
{
	struct question **end = &reader->restorations;

	while (*end)
		end = &(*end)->next;
	*end = restoration;
}

/* One monitor, so that a question waits for no more than that. */
static void restore_one(struct reader *reader)
{
	struct question *restoration = reader->restorations;
	struct error err;
	struct span *spans;
	size_t count;

	if (restoration->done < restoration->count) {
		monitor_id id = restoration->ids[restoration->done++];

		if (archive_spans(reader->archive, id, restoration->from_us, restoration->to_us, &spans, &count, &err))
			restoration->give(restoration->arg, id, spans, count);
		else
			log_line(LOG_LEVEL_WARNING, "the past of a monitor cannot be counted: %s", err.text);
	}
	if (restoration->done == restoration->count) {
		reader->restorations = restoration->next;
		discard(restoration);
	}
}

static void turn_to_next(struct reader *reader)
{
	char *path = atomic_exchange(&reader->next_path, NULL);
	struct archive *next;
	struct error err;

	if (!path)
		return;
	next = archive_open(path, &err);
	if (next) {
		archive_close(reader->archive);
		reader->archive = next;
	} else {
		log_line(LOG_LEVEL_ERROR, "the past cannot be shown: %s", err.text);
	}
	free(path);
}

static struct history_answer *answer_board(struct reader *reader, const struct history_query *query)
{
	struct history_answer *answer = heap_zero(1, sizeof *answer);
	const struct snapshot *now = snapshot_hub_acquire(reader->hub);

	answer->query = *query;
	answer->board = archive_board(reader->archive, query->to_us, now, reader->make, reader->make_arg, &answer->error);
	answer->ok = answer->board != NULL;
	snapshot_release(now);
	return answer;
}

static struct history_answer *find_answer(struct reader *reader, const struct history_query *query)
{
	return query->kind == HISTORY_BOARD && reader->hub ? answer_board(reader, query) : archive_answer(reader->archive, query);
}

static void run(void *arg)
{
	struct reader *reader = arg;

	while (!atomic_load(&reader->stopping)) {
		struct question *question = mailbox_wait(reader->box, reader->restorations ? 0 : -1);

		turn_to_next(reader);
		if (question && !question->answer) {
			queue(reader, question);
		} else if (question) {
			question->answer(question->arg, find_answer(reader, &question->query));
			discard(question);
		} else if (reader->restorations) {
			restore_one(reader);
		}
	}
}

static void destroy(struct reader *reader)
{
	while (reader->restorations) {
		struct question *restoration = reader->restorations;

		reader->restorations = restoration->next;
		discard(restoration);
	}
	mailbox_destroy(reader->box);
	archive_close(reader->archive);
	free(atomic_load(&reader->next_path));
	free(reader);
}

struct reader *reader_start(const char *path, struct error *err)
{
	struct reader *reader = heap_zero(1, sizeof *reader);

	reader->box = mailbox_create(QUESTIONS_MOST, discard);
	reader->archive = archive_open(path, err);
	if (reader->archive)
		reader->thread = thread_start("reader", run, reader, err);
	if (reader->thread)
		return reader;
	destroy(reader);
	return NULL;
}

void reader_show_boards(struct reader *reader, struct snapshot_hub *hub, archive_spec_fn *make, void *arg)
{
	reader->hub = hub;
	reader->make = make;
	reader->make_arg = arg;
}

void reader_turn_to(struct reader *reader, const char *path)
{
	free(atomic_exchange(&reader->next_path, heap_text(path)));
}

static bool ask(struct reader *reader, struct question *question, struct error *err)
{
	if (mailbox_push(reader->box, question))
		return true;
	discard(question);
	return error_set(err, EXIT_UNAVAILABLE, "too many questions about the past are waiting");
}

bool reader_ask(struct reader *reader, const struct history_query *query,
    void (*answer)(void *arg, struct history_answer *answer), void *arg, struct error *err)
{
	struct question *question = heap_zero(1, sizeof *question);

	question->query = *query;
	question->answer = answer;
	question->arg = arg;
	return ask(reader, question, err);
}

bool reader_restore(struct reader *reader, const monitor_id *ids, size_t count, int64_t from_us, int64_t to_us,
    void (*give)(void *arg, monitor_id monitor, struct span *spans, size_t count), void *arg, struct error *err)
{
	struct question *question = heap_zero(1, sizeof *question);

	question->give = give;
	question->arg = arg;
	question->ids = heap_resize(NULL, count ? count : 1, sizeof *ids);
	if (count)
		memcpy(question->ids, ids, count * sizeof *ids);
	question->count = count;
	question->from_us = from_us;
	question->to_us = to_us;
	return ask(reader, question, err);
}

bool reader_stop(struct reader *reader, int timeout_ms)
{
	if (!reader)
		return true;
	atomic_store(&reader->stopping, true);
	mailbox_close(reader->box);
	if (!thread_join(reader->thread, timeout_ms))
		return false;
	destroy(reader);
	return true;
}
