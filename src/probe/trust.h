/*
 * Which certificate authorities are believed: a CA file parsed into a store, once for all monitors that name it. Parsing the
 * system's bundle takes 20 ms and some megabytes, so it is done when a spec is sealed and never on a loop. Any thread.
 */
#ifndef KUMATOP_PROBE_TRUST_H
#define KUMATOP_PROBE_TRUST_H

#include <openssl/types.h>

#include "kumatop/error.h"

struct trust;

/* ca_file: PEM; NULL for the system's. Blocks on the file. A file that changed since gives a new store. NULL with err. */
struct trust *trust_acquire(const char *ca_file, struct error *err);
void trust_release(struct trust *trust);	/* accepts NULL */

X509_STORE *trust_store(const struct trust *trust);

#endif
