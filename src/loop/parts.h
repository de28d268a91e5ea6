/*
 * How a probe loop makes and closes its parts. Each close function accepts NULL and frees the part's memory when the uv loop
 * has run its closing callbacks.
 */
#ifndef KUMATOP_LOOP_PARTS_H
#define KUMATOP_LOOP_PARTS_H

#include "kumatop/error.h"
#include "kumatop/loop.h"

/* nameservers: as in struct probe_loop_settings. */
struct resolver *resolver_create(struct probe_loop *loop, const char *nameservers, struct error *err);
void resolver_close(struct resolver *resolver);

struct transfers *transfers_create(struct probe_loop *loop, struct error *err);
void transfers_close(struct transfers *transfers);

/* Opens no socket yet. */
struct pinger *pinger_create(struct probe_loop *loop);
void pinger_close(struct pinger *pinger);

#endif
