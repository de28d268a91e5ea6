/*
 * "state:down kind:http tag:prod latency>200 -tag:dev shop": which monitors to show. Words are joined by and; a|b inside one
 * word is or; - negates. Pure; an immutable filter may be shared.
 */
#ifndef KUMATOP_FILTER_H
#define KUMATOP_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "kumatop/error.h"
#include "kumatop/snapshot.h"

struct filter;

/* NULL with err (naming the word) when a term makes no sense. An empty text gives a filter that takes everything. */
struct filter *filter_create(const char *text, struct error *err);
void filter_destroy(struct filter *filter);
bool filter_takes(const struct filter *filter, const struct monitor_view *view, int64_t now_us);

/* One line for help: the terms there are. */
extern const char filter_help[];

#endif
