/* Reading the configuration anew; see reload.h. */
#include "reload.h"

#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "control.h"
#include "kumatop/heap.h"
#include "kumatop/log.h"
#include "kumatop/text.h"

struct request {
	struct request *next;
	struct reloader *reloader;
	uv_work_t work;
	bool by_hand;
	struct command *asked;		/* or NULL */
	char *path;
	struct conf *conf;		/* what was read; NULL: faults say why not */
	struct conf_faults faults;
};

struct reloader {
	uv_loop_t *loop;
	struct owner *owner;
	struct request *requests;	/* the first is under way */
	bool closed;
};

static void request_free(struct request *request)
{
	command_destroy(request->asked);
	conf_free(request->conf);
	conf_faults_finish(&request->faults);
	free(request->path);
	free(request);
}

static void refuse(struct request *request, const char *text)
{
	struct command *asked = request->asked;
	struct reply reply = { .kind = COMMAND_RELOAD, .result = result_make(OUTCOME_INTERNAL) };

	if (!asked || !asked->reply)
		return;
	reply.ticket = asked->ticket;
	text_copy(reply.text, sizeof(reply.text), text);
	asked->reply(asked->reply_arg, &reply);
}

static void report_faults(struct request *request)
{
	const struct text_list *lines = &request->faults.lines;
	char *text;

	if (!request->reloader->owner->engine) {
		refuse(request, "the checks are another process's now");
		return;
	}
	for (size_t i = 0; i < lines->count; i++)
		log_line(LOG_LEVEL_ERROR, "%s", lines->items[i]);
	log_line(LOG_LEVEL_ERROR, "the configuration was not reloaded: what ran before goes on");
	text = heap_print("configuration not reloaded: %s%s", lines->count ? lines->items[0] : "it cannot be read", lines->count > 1 ? " …" : "");
	engine_tell_configuration(request->reloader->owner->engine, text);
	refuse(request, text);
	free(text);
}

/* Engine thread. */
static void replied(void *arg, const struct reply *reply)
{
	struct owner *owner = arg;
	char *text;

	if (reply->done) {
		engine_tell_configuration(owner->engine, NULL);
		return;
	}
	log_line(LOG_LEVEL_WARNING, "configuration not reloaded: %s", reply->text);
	text = heap_print("configuration not reloaded: %s", reply->text);
	engine_tell_configuration(owner->engine, text);
	free(text);
}

/* Who asked gets the engine's own reply; one by hand is not refused by it, so nothing is to be told but that the trouble is over. */
static struct command *make_command(struct request *request)
{
	const struct conf *conf = request->conf;
	struct owner *owner = request->reloader->owner;
	struct command *command = request->asked;

	if (command) {
		request->asked = NULL;
		log_line(LOG_LEVEL_INFO, "%s asked for a reload", command->who);
		engine_tell_configuration(owner->engine, NULL);
	} else {
		command = command_create(COMMAND_RELOAD, 0);
		command->reply = replied;
		command->reply_arg = owner;
	}
	command->by_hand = request->by_hand;
	command->spec_count = conf->spec_count;
	command->specs = heap_zero(conf->spec_count + 1, sizeof(struct monitor_spec *));
	for (size_t i = 0; i < conf->spec_count; i++)
		command->specs[i] = spec_hold(conf->specs[i]);
	return command;
}

static void apply(struct request *request)
{
	struct owner *owner = request->reloader->owner;
	struct error err;

	/* Whoever checks now reads it by himself. */
	if (!owner->engine) {
		refuse(request, "the checks are another process's now");
		return;
	}
	for (size_t i = 0; i < request->conf->warnings.count; i++)
		log_line(LOG_LEVEL_WARNING, "%s", request->conf->warnings.items[i]);
	control_take_access(owner, request->conf->access);
	if (!engine_submit(owner->engine, make_command(request), &err)) {
		error_prefix(&err, "configuration not reloaded: ");
		log_line(LOG_LEVEL_ERROR, "%s", err.text);
		engine_tell_configuration(owner->engine, err.text);
	}
}

static void read_file(uv_work_t *work)
{
	struct request *request = work->data;

	request->conf = conf_load(request->path, &request->faults);
}

static void begin_first(struct reloader *reloader);

static void was_read(uv_work_t *work, int status)
{
	struct request *request = work->data;
	struct reloader *reloader = request->reloader;

	if (reloader->closed)
		refuse(request, "kumatop is stopping");
	else if (request->conf)
		apply(request);
	else
		report_faults(request);
	reloader->requests = request->next;
	request_free(request);
	if (reloader->closed)
		free(reloader);
	else
		begin_first(reloader);
}

static void begin_first(struct reloader *reloader)
{
	struct request *request = reloader->requests;

	if (!request || uv_queue_work(reloader->loop, &request->work, read_file, was_read) == 0)
		return;
	read_file(&request->work);
	was_read(&request->work, 0);
}

/* One that waits for its turn will see all that is there now. */
static bool is_waiting(const struct reloader *reloader, bool by_hand)
{
	for (const struct request *request = reloader->requests ? reloader->requests->next : NULL; request; request = request->next) {
		if (request->by_hand == by_hand)
			return true;
	}
	return false;
}

void reloader_ask(struct reloader *reloader, bool by_hand, struct command *asked)
{
	struct request *request, **end = &reloader->requests;
	bool first = !reloader->requests;

	if (!asked && is_waiting(reloader, by_hand))
		return;
	request = heap_zero(1, sizeof(*request));
	request->work.data = request;
	request->reloader = reloader;
	request->by_hand = by_hand;
	request->asked = asked;
	request->path = heap_text(reloader->owner->conf->path);
	if (!request->path) {
		log_line(LOG_LEVEL_WARNING, "there is no configuration file to reload");
		refuse(request, "there is no configuration file to reload");
		request_free(request);
		return;
	}
	while (*end)
		end = &(*end)->next;
	*end = request;
	if (first)
		begin_first(reloader);
}

struct reloader *reloader_create(struct uv_loop_s *loop, struct owner *owner)
{
	struct reloader *reloader = heap_zero(1, sizeof(*reloader));

	reloader->loop = loop;
	reloader->owner = owner;
	return reloader;
}

void reloader_close(struct reloader *reloader)
{
	struct request *waiting = reloader->requests ? reloader->requests->next : NULL;

	reloader->closed = true;
	if (!reloader->requests) {
		free(reloader);
		return;
	}
	reloader->requests->next = NULL;
	while (waiting) {
		struct request *next = waiting->next;

		refuse(waiting, "kumatop is stopping");
		request_free(waiting);
		waiting = next;
	}
}
