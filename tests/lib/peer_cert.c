/* See peer_cert.h. */
#include "peer_cert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

static const char *const cert_words[] = {
	[PEER_CERT_GOOD] = "good",
	[PEER_CERT_EXPIRED] = "expired",
	[PEER_CERT_NOT_YET] = "not-yet",
	[PEER_CERT_WRONG_HOST] = "wrong-host",
	[PEER_CERT_SELF_SIGNED] = "self-signed",
	[PEER_CERT_UNKNOWN_ISSUER] = "unknown-issuer",
	[PEER_CERT_HOSTILE_HOST] = "hostile-host",
	[PEER_CERT_HOSTILE_ISSUER] = "hostile-issuer",
};

/* A title, a CSI in both widths, reversed text. A common name has 64 characters at most, and is UTF-8; other names need not be. */
#define HOSTILE "bad\x1b]0;owned\x07\x1b[31;6666m\xc2\x9b" "7;6666m\r\b\xe2\x80\xae" "txt"
#define HOSTILE_RAW HOSTILE "\x9b" "7;6666m\x9d" "0;owned\x9c"

enum { CERTS = sizeof cert_words / sizeof *cert_words, DAY = 24 * 60 * 60, CACHED_DAYS = 8 };

struct identity {
	EVP_PKEY *key;
	X509 *cert;
};

static struct identity authority, stranger;	/* in the authority's file; in nobody's */
static char authority_file[4096];
static pid_t authority_owner;

bool peer_cert_find(const char *word, enum peer_cert *cert)
{
	unsigned i;

	for (i = 0; i < CERTS; i++)
		if (strcmp(cert_words[i], word) == 0) {
			*cert = (enum peer_cert)i;
			return true;
		}
	return false;
}

static bool extend(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	bool added;

	X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	added = extension && X509_add_ext(cert, extension, -1);
	X509_EXTENSION_free(extension);
	return added;
}

struct wish {
	const char *name;
	const char *hosts;	/* NULL: an authority */
	long begin, end;	/* seconds from now */
};

/* issuer == NULL: signed by itself. */
static bool make(struct identity *made, const struct identity *issuer, const struct wish *wish)
{
	static long serial = 1;
	X509_NAME *subject;
	bool good;

	made->key = EVP_EC_gen("P-256");
	made->cert = X509_new();
	if (!made->key || !made->cert)
		return false;
	if (!issuer)
		issuer = made;
	subject = X509_get_subject_name(made->cert);
	good = X509_set_version(made->cert, X509_VERSION_3)
	    && ASN1_INTEGER_set(X509_get_serialNumber(made->cert), (long)time(NULL) * 1000 + serial++)
	    && X509_gmtime_adj(X509_getm_notBefore(made->cert), wish->begin) && X509_gmtime_adj(X509_getm_notAfter(made->cert), wish->end)
	    && X509_set_pubkey(made->cert, made->key)
	    && X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)wish->name, -1, -1, 0)
	    && X509_set_issuer_name(made->cert, X509_get_subject_name(issuer->cert))
	    && extend(made->cert, issuer->cert, NID_basic_constraints, wish->hosts ? "critical,CA:FALSE" : "critical,CA:TRUE")
	    && extend(made->cert, issuer->cert, NID_subject_key_identifier, "hash")
	    && extend(made->cert, issuer->cert, NID_key_usage, wish->hosts ? "critical,digitalSignature" : "critical,keyCertSign,cRLSign")
	    && (!wish->hosts || extend(made->cert, issuer->cert, NID_subject_alt_name, wish->hosts))
	    && X509_sign(made->cert, issuer->key, EVP_sha256());
	return good;
}

static void remove_authority_file(void)
{
	if (getpid() == authority_owner)
		unlink(authority_file);
}

static bool write_authority(void)
{
	const char *dir = getenv("TEST_DIR");
	FILE *file;
	bool written;
	int fd;

	if (!dir)
		dir = getenv("TMPDIR");
	snprintf(authority_file, sizeof authority_file, "%s/peer-ca-XXXXXX", dir ? dir : "/tmp");
	fd = mkstemp(authority_file);
	file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!file)
		return false;
	authority_owner = getpid();
	written = PEM_write_X509(file, authority.cert);
	return fclose(file) == 0 && atexit(remove_authority_file) == 0 && written;
}

const char *peer_cert_authority(struct error *err)
{
	static const struct wish ours = { "kumatop test authority", NULL, -DAY, 3650L * DAY };
	static const struct wish theirs = { "an authority nobody knows", NULL, -DAY, 3650L * DAY };

	if (authority.key)
		return authority_file;
	if (make(&authority, NULL, &ours) && make(&stranger, NULL, &theirs) && write_authority())
		return authority_file;
	error_set(err, EXIT_INTERNAL, "the test authority cannot be made");
	return NULL;
}

static SSL_CTX *make_context(enum peer_cert which, int days)
{
	struct wish wish = { "localhost", "DNS:localhost,DNS:*.test,IP:127.0.0.1,IP:::1", -DAY, (long)days * DAY };
	const struct identity *issuer = which == PEER_CERT_SELF_SIGNED || which == PEER_CERT_HOSTILE_ISSUER ? NULL
	    : which == PEER_CERT_UNKNOWN_ISSUER ? &stranger : &authority;
	struct identity made = { 0 };
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	if (which == PEER_CERT_WRONG_HOST) {
		wish.name = "other.example";
		wish.hosts = "DNS:other.example,DNS:*.other.example";
	} else if (which == PEER_CERT_HOSTILE_HOST) {
		wish.name = HOSTILE;
		wish.hosts = "DNS:" HOSTILE_RAW ",DNS:other.example";
	} else if (which == PEER_CERT_HOSTILE_ISSUER) {
		wish.name = HOSTILE;
	} else if (which == PEER_CERT_EXPIRED) {
		wish.begin = -90L * DAY;
		wish.end = -3L * DAY;
	} else if (which == PEER_CERT_NOT_YET)
		wish.begin = 3L * DAY;
	if (context && !(make(&made, issuer, &wish) && SSL_CTX_use_certificate(context, made.cert) == 1
	    && SSL_CTX_use_PrivateKey(context, made.key) == 1)) {
		SSL_CTX_free(context);
		context = NULL;
	}
	if (context)
		SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	X509_free(made.cert);
	EVP_PKEY_free(made.key);
	return context;
}

SSL_CTX *peer_cert_context(enum peer_cert cert, int days)
{
	static struct { int days; SSL_CTX *context; } cache[CERTS][CACHED_DAYS];
	unsigned i;

	if (days < 0)
		days = 90;
	for (i = 0; i < CACHED_DAYS - 1 && cache[cert][i].context && cache[cert][i].days != days; i++)
		;
	if (cache[cert][i].context && cache[cert][i].days != days) {	/* full: the last place is anybody's */
		SSL_CTX_free(cache[cert][i].context);
		cache[cert][i].context = NULL;
	}
	if (!cache[cert][i].context) {
		cache[cert][i].context = make_context(cert, days);
		cache[cert][i].days = days;
	}
	return cache[cert][i].context;
}
