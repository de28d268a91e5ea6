/* Keyed digests and the writings of bytes that providers ask for, by OpenSSL. Private to src/alert. */
#ifndef ALERT_DIGEST_H
#define ALERT_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "kumatop/buf.h"

char *digest_base64(const void *data, size_t length);	/* heap */

/* HMAC-SHA256 of text by key, in base64. Heap. */
char *digest_hmac(const char *key, const char *text);

/* A UUID that is always the same for the same text. Heap. */
char *digest_uuid(const char *text);

/* What signing adds: see struct provider. */
void sign_dingtalk(const char *secret, int64_t now_us, struct buf *out);
void sign_feishu(const char *secret, int64_t now_us, struct buf *out);

#endif
