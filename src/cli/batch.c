/* Many checks once; see batch.h. */
#include "batch.h"

#include <stdlib.h>
#include <uv.h>

#include "kumatop/heap.h"
#include "kumatop/prober.h"

struct batch {
	batch_done_fn *done;
	void *arg;
	size_t ended;
};

struct one {
	struct batch *batch;
	size_t index;
};

static void one_done(void *arg, const struct check_result *result)
{
	struct one *one = arg;

	one->batch->ended++;
	one->batch->done(one->batch->arg, one->index, result);
}

bool batch_run(const struct conf *conf, struct monitor_spec *const *specs, size_t count, batch_done_fn *done, void *arg, struct error *err)
{
	struct batch batch = { .done = done, .arg = arg };
	char *nameservers = cli_nameservers(conf);
	struct probe_loop_settings settings = { .nameservers = nameservers };
	struct probe_loop *loop = NULL;
	struct prober *prober;
	struct one *ones;
	uv_loop_t uv;

	if (uv_loop_init(&uv) != 0)
		error_set(err, EXIT_INTERNAL, "no event loop: the system is out of descriptors");
	else if (!(loop = probe_loop_create(&uv, &settings, err)))
		uv_loop_close(&uv);
	free(nameservers);
	if (!loop)
		return false;
	prober = prober_create(loop, (size_t)conf->settings.in_flight);
	ones = heap_zero(count + 1, sizeof(*ones));
	for (size_t i = 0; i < count; i++) {
		ones[i] = (struct one){ .batch = &batch, .index = i };
		prober_check(prober, specs[i], 0, one_done, &ones[i]);
	}
	while (batch.ended < count)
		uv_run(&uv, UV_RUN_ONCE);
	free(ones);
	prober_close(prober);
	probe_loop_close(loop);
	uv_run(&uv, UV_RUN_DEFAULT);
	uv_loop_close(&uv);
	return true;
}
