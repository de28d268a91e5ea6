/* The kinds, one file each. Only the table in probe.c uses these by name. */
#ifndef KUMATOP_PROBE_KINDS_H
#define KUMATOP_PROBE_KINDS_H

#include "kumatop/probe.h"

extern const struct probe_kind probe_http, probe_ping, probe_tcp;

#endif
