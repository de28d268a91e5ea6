/* What the forms of a report share. Private to src/format. */
#ifndef KUMATOP_FORMAT_SHEET_H
#define KUMATOP_FORMAT_SHEET_H

#include "kumatop/buf.h"
#include "kumatop/month.h"

/* "2026-10-03 12:00:05", UTC as all of a report; or the day alone. Returns out. */
char *sheet_moment(int64_t us, char *out, size_t size);
char *sheet_date(int64_t us, char *out, size_t size);

/* "99.987 %", or "not observed"; "<0.001 %" is to be escaped like anything else. Returns out. */
char *sheet_percent(double part, char *out, size_t size);

/* "51.7 %": how much of a window was. Returns out. */
char *sheet_known(const struct amounts *amounts, char *out, size_t size);

/* Lengths and latencies, "-" for what is negative. Return out. */
char *sheet_length(int64_t us, char *out, size_t size);
char *sheet_latency(int64_t us, char *out, size_t size);

/* "99.9 met", "99.9 missed", "-" where there is no objective or nothing was observed. Returns out. */
char *sheet_objective(const struct month_monitor *monitor, char *out, size_t size);
bool sheet_has_objectives(const struct month *report);

/* "2 of 12 monitors were not observed at all; …": what the reader must know of the figures. Empty when there is nothing. */
void sheet_caution(const struct month *report, const struct month_total *total, struct buf *out);

/* A mark a day for texts. */
char sheet_mark(enum state look);
extern const char sheet_legend[];

/* Why, and who took it on; as it comes from outside. */
void sheet_cause(const struct incident *incident, struct buf *out);

#endif
