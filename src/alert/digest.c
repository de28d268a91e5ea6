#include "digest.h"

#include <assert.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/template.h"
#include "kumatop/when.h"

char *digest_base64(const void *data, size_t length)
{
	char *out = heap_zero(length / 3 * 4 + 5, 1);

	EVP_EncodeBlock((unsigned char *)out, data, (int)length);
	return out;
}

char *digest_hmac(const char *key, const char *text)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	const unsigned char *made = HMAC(EVP_sha256(), key, (int)strlen(key), (const unsigned char *)text, strlen(text), digest, &length);

	assert(made != NULL);	/* fails for want of memory alone */
	(void)made;
	return digest_base64(digest, length);
}

/* As version 8 of RFC 9562 has it: bits of our own making. */
char *digest_uuid(const char *text)
{
	unsigned char bytes[SHA256_DIGEST_LENGTH];
	struct buf out;

	SHA256((const unsigned char *)text, strlen(text), bytes);
	bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x80);
	bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
	buf_init(&out, 36);
	for (size_t i = 0; i < 16; i++)
		buf_print(&out, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", bytes[i]);
	return buf_take(&out);
}

/* The secret is the key, and stands in the text that is signed as well. */
void sign_dingtalk(const char *secret, int64_t now_us, struct buf *out)
{
	char *text = heap_print("%" PRId64 "\n%s", now_us / 1000, secret), *signature = digest_hmac(secret, text);

	buf_print(out, "&timestamp=%" PRId64 "&sign=", now_us / 1000);
	template_escape(signature, TEMPLATE_FORM, MARKUP_NONE, out);
	explicit_bzero(text, strlen(text));
	free(text);
	free(signature);
}

/* Time and secret are the key, and nothing is signed by it. */
void sign_feishu(const char *secret, int64_t now_us, struct buf *out)
{
	char *key = heap_print("%" PRId64 "\n%s", now_us / SECOND_US, secret), *signature = digest_hmac(key, "");

	buf_print(out, "\"timestamp\":\"%" PRId64 "\",\"sign\":\"%s\",", now_us / SECOND_US, signature);
	explicit_bzero(key, strlen(key));
	free(key);
	free(signature);
}
