/*
 * Certificates: recorded while they are verified, and told in words.
 */
#include "tls.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "kumatop/buf.h"
#include "kumatop/when.h"
#include "report.h"

enum { NAMES_SHOWN = 3 };

static int64_t time_us(const ASN1_TIME *time)
{
	struct tm parts;
	if (time == NULL || ASN1_TIME_to_tm(time, &parts) != 1)
		return 0;
	return (int64_t)timegm(&parts) * SECOND_US;
}

/* In the place of OpenSSL's whole verification, so that no error passes unseen and the caller's memory is at hand. */
static int verify(X509_STORE_CTX *context, void *arg)
{
	struct tls_seen *seen = arg;
	X509 *certificate = X509_STORE_CTX_get0_cert(context);
	tls_seen_finish(seen);
	if (certificate != NULL && X509_up_ref(certificate) == 1) {
		seen->asked = true;
		seen->certificate = certificate;
		seen->not_before_us = time_us(X509_get0_notBefore(certificate));
		seen->not_after_us = time_us(X509_get0_notAfter(certificate));
	}
	if (!seen->verify)
		return 1;
	int good = X509_verify_cert(context);
	if (good != 1) {
		seen->error = X509_STORE_CTX_get_error(context);
		seen->depth = X509_STORE_CTX_get_error_depth(context);
		if (seen->error == X509_V_OK)
			seen->error = X509_V_ERR_UNSPECIFIED;
	}
	return good;
}

void tls_watch(SSL_CTX *ctx, const struct trust *trust, struct tls_seen *seen)
{
	if (trust != NULL)
		SSL_CTX_set1_cert_store(ctx, trust_store(trust));
	SSL_CTX_set_cert_verify_callback(ctx, verify, seen);
}

void tls_seen_finish(struct tls_seen *seen)
{
	X509_free(seen->certificate);
	seen->certificate = NULL;
	seen->asked = false;
	seen->error = seen->depth = 0;
	seen->not_before_us = seen->not_after_us = 0;
}

/* "3 days", "1 hour" */
static const char *in_words(int64_t us, char *out, size_t size)
{
	static const struct {
		int64_t us;
		const char *word;
	} units[] = { { DAY_US, "day" }, { HOUR_US, "hour" }, { MINUTE_US, "minute" }, { SECOND_US, "second" } };
	size_t unit = 0;
	if (us < 0)
		us = -us;
	while (unit < 3 && us < units[unit].us)
		unit++;
	long long count = us / units[unit].us;
	snprintf(out, size, "%lld %s%s", count, units[unit].word, count == 1 ? "" : "s");
	return out;
}

static const char *date(int64_t us, char *out, size_t size)
{
	return moment_print_local(us, "%Y-%m-%d", out, size);
}

/* The common name, or whatever there is. */
static void name_text(const X509_NAME *name, char *out, size_t size)
{
	out[0] = '\0';
	if (X509_NAME_get_text_by_NID(name, NID_commonName, out, (int)size) > 0)
		return;
	X509_NAME_oneline(name, out, (int)size);
}

static void add_name(struct buf *out, unsigned *count, const void *data, size_t length)
{
	if (++*count <= NAMES_SHOWN) {
		buf_add_text(out, *count > 1 ? ", " : "");
		buf_add(out, data, length);
	}
}

/* The names a certificate is for: "*.example.org, example.org" */
static void names_of(X509 *certificate, struct buf *out)
{
	unsigned count = 0;
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		if (name->type == GEN_DNS) {
			add_name(out, &count, ASN1_STRING_get0_data(name->d.dNSName), (size_t)ASN1_STRING_length(name->d.dNSName));
		} else if (name->type == GEN_IPADD) {
			char text[INET6_ADDRSTRLEN];
			int length = ASN1_STRING_length(name->d.iPAddress);
			if ((length != 4 && length != 16) || inet_ntop(length == 4 ? AF_INET : AF_INET6,
					ASN1_STRING_get0_data(name->d.iPAddress), text, sizeof text) == NULL)
				continue;
			add_name(out, &count, text, strlen(text));
		}
	}
	GENERAL_NAMES_free(names);
	if (count == 0) {
		char subject[128];
		name_text(X509_get_subject_name(certificate), subject, sizeof subject);
		buf_add_text(out, subject);
	} else if (count > NAMES_SHOWN) {
		buf_print(out, " and %u more", count - NAMES_SHOWN);
	}
}

static void report_wrong_host(const struct tls_seen *seen, struct check_result *result, const char *host)
{
	struct buf names;
	buf_init(&names, 1024);
	names_of(seen->certificate, &names);
	result->outcome = OUTCOME_TLS_WRONG_HOST;
	result_set_detail(result, "certificate is for %.160s, not for %s", names.data, host);
	buf_finish(&names);
}

static void report_dates(const struct tls_seen *seen, struct check_result *result)
{
	char length[48], day[32];
	int64_t now_us = unix_now_us();
	if (seen->error == X509_V_ERR_CERT_NOT_YET_VALID) {
		result->outcome = OUTCOME_TLS_NOT_YET_VALID;
		if (seen->depth > 0)
			result_set_detail(result, "the certificate of an issuer is not valid yet");
		else
			result_set_detail(result, "certificate is valid only in %s (from %s)",
					  in_words(seen->not_before_us - now_us, length, sizeof length),
					  date(seen->not_before_us, day, sizeof day));
		return;
	}
	result->outcome = OUTCOME_TLS_EXPIRED;
	if (seen->depth > 0)
		result_set_detail(result, "the certificate of an issuer has expired");
	else
		result_set_detail(result, "certificate expired %s ago (%s)", in_words(now_us - seen->not_after_us, length, sizeof length),
				  date(seen->not_after_us, day, sizeof day));
}

void tls_report(const struct tls_seen *seen, struct check_result *result, const char *host, bool wrong_host, const char *said)
{
	char issuer[128] = "";
	if (seen->certificate != NULL)
		name_text(X509_get_issuer_name(seen->certificate), issuer, sizeof issuer);
	switch (seen->error) {
	case X509_V_OK:
		if (wrong_host && seen->certificate != NULL) {
			report_wrong_host(seen, result, host);
			return;
		}
		result->outcome = OUTCOME_TLS_FAILED;
		result_set_detail(result, "TLS: %s", said);
		return;
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		report_dates(seen, result);
		return;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		result->outcome = OUTCOME_TLS_SELF_SIGNED;
		result_set_detail(result, "certificate is self-signed, by \"%s\"", issuer);
		return;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_CERT_UNTRUSTED:
		result->outcome = OUTCOME_TLS_UNKNOWN_ISSUER;
		result_set_detail(result, "certificate is from an issuer that is not trusted here: \"%s\"", issuer);
		return;
	default:
		result->outcome = OUTCOME_TLS_FAILED;
		result_set_detail(result, "certificate refused: %s", X509_verify_cert_error_string(seen->error));
		return;
	}
}

void tls_report_lapse(const struct tls_seen *seen, struct check_result *result, int64_t warn_ms)
{
	int64_t left_us = seen->not_after_us - unix_now_us();
	if (result->outcome != OUTCOME_OK || !seen->asked || warn_ms == 0 || left_us / 1000 >= warn_ms)
		return;
	char length[48], day[32];
	result->outcome = OUTCOME_CERT_LAPSES;
	result_set_detail(result, "certificate expires in %s (%s)", in_words(left_us, length, sizeof length),
			  date(seen->not_after_us, day, sizeof day));
}

void tls_evidence(const struct tls_seen *seen)
{
	if (!seen->asked)
		return;
	char subject[128], issuer[128], from[40], to[40];
	name_text(X509_get_subject_name(seen->certificate), subject, sizeof subject);
	name_text(X509_get_issuer_name(seen->certificate), issuer, sizeof issuer);
	evidence_line("certificate: \"%s\" by \"%s\", %s to %s", subject, issuer, moment_print(seen->not_before_us, from, sizeof from),
		      moment_print(seen->not_after_us, to, sizeof to));
	if (seen->error != X509_V_OK)
		evidence_line("verification: %s (%d) at depth %d", X509_verify_cert_error_string(seen->error), seen->error, seen->depth);
}
