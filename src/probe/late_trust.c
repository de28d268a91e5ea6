/*
 * Reading a trust store off the loop. A request that is taken back ends on its own: a thread that reads cannot be stopped.
 */
#include "late_trust.h"

#include <assert.h>

#include "kumatop/heap.h"

struct late_trust {
	uv_work_t work;
	char *ca_file;
	late_trust_fn *done;	/* NULL once taken back */
	void *arg;
	struct trust *trust;
	struct error why;
};

/* A thread of libuv's pool. */
static void on_work(uv_work_t *work)
{
	struct late_trust *late = work->data;
	late->trust = trust_acquire(late->ca_file, &late->why);
}

static void on_end(uv_work_t *work, int status)
{
	(void)status;
	struct late_trust *late = work->data;
	if (late->done == NULL)
		trust_release(late->trust);
	else
		late->done(late->arg, late->trust, late->trust != NULL ? NULL : late->why.text);
	free(late->ca_file);
	free(late);
}

struct late_trust *late_trust_begin(uv_loop_t *uv, const char *ca_file, late_trust_fn *done, void *arg)
{
	struct late_trust *late = heap_zero(1, sizeof *late);
	late->work.data = late;
	late->ca_file = heap_text(ca_file);
	late->done = done;
	late->arg = arg;
	error_set(&late->why, EXIT_INTERNAL, "the list of certificate authorities could not be read");
	int code = uv_queue_work(uv, &late->work, on_work, on_end);
	assert(code == 0);	/* fails for want of a callback only */
	(void)code;
	return late;
}

void late_trust_cancel(struct late_trust *late)
{
	if (late == NULL)
		return;
	late->done = NULL;
	uv_cancel((uv_req_t *)&late->work);	/* if it has not begun yet; else it ends unheard */
}
