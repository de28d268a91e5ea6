/*
 * What a TLS handshake showed of the server's certificate, also when it failed: libcurl tells only that it did.
 */
#ifndef KUMATOP_PROBE_TLS_H
#define KUMATOP_PROBE_TLS_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "kumatop/result.h"
#include "trust.h"

struct tls_seen {
	bool verify;			/* set before: whether a bad certificate fails the handshake */
	bool asked;			/* a certificate came */
	int error, depth;		/* X509_V_…; 0 if it was verified, or not to be */
	int64_t not_before_us, not_after_us;	/* of the server's own certificate */
	X509 *certificate;		/* held */
};

/* Makes connections of ctx verify against trust (NULL if not verifying) and record what they see. */
void tls_watch(SSL_CTX *ctx, const struct trust *trust, struct tls_seen *seen);
void tls_seen_finish(struct tls_seen *seen);

/*
 * Outcome and detail of a failed handshake. host: as the URL has it. said: what the library says, for failures that are not the
 * certificate's. wrong_host: verification succeeded, but for another name.
 */
void tls_report(const struct tls_seen *seen, struct check_result *result, const char *host, bool wrong_host, const char *said);

/* Turns OK into CERT_LAPSES if the certificate ends within warn_ms (0: never). */
void tls_report_lapse(const struct tls_seen *seen, struct check_result *result, int64_t warn_ms);

/* A line for evidence: subject, issuer, dates, why it was refused. Nothing if no certificate came. */
void tls_evidence(const struct tls_seen *seen);

#endif
