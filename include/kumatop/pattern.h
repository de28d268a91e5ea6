/*
 * Regular expressions for text that may be hostile, by PCRE2 with match and depth limits: a pattern that would run for
 * seconds ends as "limit" instead. A compiled pattern is immutable and may be shared by threads.
 */
#ifndef KUMATOP_PATTERN_H
#define KUMATOP_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "kumatop/error.h"

enum pattern_match { PATTERN_NO, PATTERN_YES, PATTERN_LIMIT };

struct pattern;

/* NULL with err (saying where in the pattern) if it does not compile. UTF-8 aware, tolerant of invalid UTF-8 in subjects. */
struct pattern *pattern_create(const char *text, bool ignore_case, struct error *err);
void pattern_destroy(struct pattern *pattern);	/* accepts NULL */
enum pattern_match pattern_find(const struct pattern *pattern, const char *subject, size_t length);

#endif
