/* Many checks once, on a loop of the calling thread: `check`, and kumatop without a terminal. */
#ifndef KUMATOP_CLI_BATCH_H
#define KUMATOP_CLI_BATCH_H

#include "cli.h"
#include "kumatop/result.h"

/* A check ended; index is that of its spec. The result is borrowed for the call. */
typedef void batch_done_fn(void *arg, size_t index, const struct check_result *result);

/* Checks every spec once and returns when all have ended. */
bool batch_run(const struct conf *conf, struct monitor_spec *const *specs, size_t count, batch_done_fn *done, void *arg, struct error *err);

#endif
