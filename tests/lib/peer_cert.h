/* Certificates made at run time for the TLS of peer.h: good ones, and each kind of bad one. Private to tests/lib. */
#ifndef TESTS_PEER_CERT_H
#define TESTS_PEER_CERT_H

#include <stdbool.h>
#include <openssl/types.h>

#include "kumatop/error.h"

enum peer_cert {
	PEER_CERT_GOOD,
	PEER_CERT_EXPIRED,		/* three days ago */
	PEER_CERT_NOT_YET,		/* valid in three days */
	PEER_CERT_WRONG_HOST,		/* says other.example */
	PEER_CERT_SELF_SIGNED,
	PEER_CERT_UNKNOWN_ISSUER,
	PEER_CERT_HOSTILE_HOST,		/* as wrong-host, with control sequences in its names */
	PEER_CERT_HOSTILE_ISSUER,	/* as self-signed, with control sequences in its name */
};

bool peer_cert_find(const char *word, enum peer_cert *cert);

/* Makes the authority and its file, once per process; the workers inherit it. NULL on failure. */
const char *peer_cert_authority(struct error *err);

/* A server's context with such a certificate, for 127.0.0.1, ::1, localhost and *.test; cached. days < 0: 90. NULL on failure. */
SSL_CTX *peer_cert_context(enum peer_cert cert, int days);

#endif
