/*
 * The counted pages that the picture and its snapshots share. Private to src/model.
 */
#ifndef KUMATOP_MODEL_PAGES_H
#define KUMATOP_MODEL_PAGES_H

#include "kumatop/snapshot.h"

/* An empty page with one holder. */
struct snapshot_page *page_create(void);

/* A copy of its own, holding what the views hold, with one holder. */
struct snapshot_page *page_copy(const struct snapshot_page *page);

void page_hold(struct snapshot_page *page);
void page_release(struct snapshot_page *page);

/* True if nobody else holds it: then nobody else can begin to, because pages are only handed on by their holders. */
bool page_is_own(const struct snapshot_page *page);

#endif
