/*
 * Reading targets. Every refusal says what to write instead.
 */
#include "target.h"

#include <assert.h>
#include <ctype.h>
#include <curl/curl.h>
#include <locale.h>

#include "kumatop/heap.h"
#include "kumatop/probe.h"
#include "kumatop/resolver.h"
#include "kumatop/text.h"

enum { HOST_MOST = 253, LABEL_MOST = 63, TARGET_MOST = 2000 };

bool target_is_plain(const char *text, struct error *err)
{
	if (text[0] == '\0')
		return error_set(err, EXIT_USAGE, "a target is empty: write https://host/path, host:port or host");
	if (strlen(text) > TARGET_MOST)
		return error_set(err, EXIT_USAGE, "a target is longer than %d bytes", TARGET_MOST);
	char clean[64];
	text_sanitize(clean, sizeof clean, text, strlen(text));
	for (const char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return error_set(err, EXIT_USAGE, "target \"%s\" holds a control character (byte %zu): write it without",
					 clean, (size_t)(c - text) + 1);
	if (strchr(text, ' ') != NULL)
		return error_set(err, EXIT_USAGE, "target \"%s\" holds a blank: write it without, in a path as %%20", clean);
	if (!text_is_clean(text))
		return error_set(err, EXIT_USAGE, "target \"%s\" holds characters that cannot be seen: write it without", clean);
	return true;
}

/*
 * An international name as DNS has it; NULL if it has no such form. The library takes names in the charset of the locale; ours
 * are UTF-8 whatever the locale is, as in a service that has none.
 */
static char *host_to_ascii(const char *host)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	locale_t before = utf8 != (locale_t)0 ? uselocale(utf8) : (locale_t)0;
	CURLU *url = curl_url();
	char *ascii = NULL, *result = NULL;
	if (url != NULL && curl_url_set(url, CURLUPART_SCHEME, "http", 0) == CURLUE_OK
	    && curl_url_set(url, CURLUPART_HOST, host, 0) == CURLUE_OK
	    && curl_url_get(url, CURLUPART_HOST, &ascii, CURLU_PUNYCODE) == CURLUE_OK)
		result = heap_text(ascii);
	curl_free(ascii);
	curl_url_cleanup(url);
	if (utf8 != (locale_t)0) {
		uselocale(before);
		freelocale(utf8);
	}
	return result;
}

static bool label_is_number(const char *label)
{
	return label[0] != '\0' && strspn(label, "0123456789") == strlen(label);
}

/* Letters, digits, hyphens; underscores too, which exist in the wild. */
static bool host_is_name(const char *host)
{
	size_t length = strlen(host), label = 0;
	if (length == 0 || length > HOST_MOST + 1)
		return false;
	const char *last = host;
	for (size_t i = 0; i < length; i++) {
		if (host[i] == '.') {
			if (label == 0)
				return false;
			label = 0;
			if (i + 1 < length)
				last = host + i + 1;
		} else if ((isalnum((unsigned char)host[i]) == 0 && host[i] != '-' && host[i] != '_') || ++label > LABEL_MOST) {
			return false;
		}
	}
	/* A last label of digits would be an address that is written wrongly: "192.0.2", "300.1.1.1". */
	return !label_is_number(last);
}

bool endpoint_set(struct endpoint *endpoint, const char *host, unsigned port, struct error *err)
{
	struct sockaddr_storage address;
	*endpoint = (struct endpoint){ .port = port };
	if (address_read(host, &address)) {
		endpoint->literal = true;
		memcpy(&endpoint->address, &address, sizeof endpoint->address);
		address_set_port(&endpoint->address.any, port);
		size_t length = strlen(host);
		endpoint->host = host[0] == '[' ? heap_text_n(host + 1, length - 2) : heap_text(host);
		return true;
	}
	bool ascii = true;
	for (const char *c = host; *c != '\0'; c++)
		ascii = ascii && (unsigned char)*c < 0x80;
	endpoint->host = ascii ? heap_text(host) : host_to_ascii(host);
	if (endpoint->host != NULL && host_is_name(endpoint->host))
		return true;
	endpoint_finish(endpoint);
	return error_set(err, EXIT_USAGE, "\"%s\" is neither a host name nor an address", host);
}

void endpoint_finish(struct endpoint *endpoint)
{
	free(endpoint->host);
	*endpoint = (struct endpoint){ 0 };
}

static bool read_port(const char *text, unsigned *port, struct error *err)
{
	if (!label_is_number(text))
		return error_set(err, EXIT_USAGE, "port \"%s\" is not a number: write 1 to 65535", text);
	unsigned long value = strlen(text) > 9 ? 999999999 : strtoul(text, NULL, 10);
	if (value < 1 || value > 65535)
		return error_set(err, EXIT_USAGE, "port %s is out of range: write 1 to 65535", text);
	*port = (unsigned)value;
	return true;
}

/* Where the port's colon is, or NULL: the colons of an address without brackets are not it. */
static const char *find_port(const char *text)
{
	const char *colon = strrchr(text, ':');
	if (colon == NULL || strchr(colon, ']') != NULL)
		return NULL;
	if (text[0] != '[' && strchr(text, ':') != colon)
		return NULL;
	return colon;
}

bool endpoint_read(struct endpoint *endpoint, const char *text, bool with_port, struct error *err)
{
	*endpoint = (struct endpoint){ 0 };
	if (!target_is_plain(text, err))
		return false;
	if (strchr(text, '@') != NULL)
		return error_set(err, EXIT_USAGE, "\"%s\" holds an @: a host stands without a user", text);
	const char *slash = strchr(text, '/');
	if (slash != NULL)
		return error_set(err, EXIT_USAGE, "\"%s\" holds a path: write https://%s to check a page, or leave out \"%s\"",
				 text, text, slash);

	const char *colon = find_port(text);
	unsigned port = 0;
	struct sockaddr_storage address;
	if (with_port && colon == NULL && address_read(text, &address))
		return error_set(err, EXIT_USAGE, "\"%s\" has no port: write %s%s%s:80 or the like", text,
				 strchr(text, ':') != NULL && text[0] != '[' ? "[" : "", text,
				 strchr(text, ':') != NULL && text[0] != '[' ? "]" : "");
	if (with_port && colon == NULL)
		return error_set(err, EXIT_USAGE, "\"%s\" has no port: write host:port, as in db.internal:5432", text);
	if (!with_port && colon != NULL)
		return error_set(err, EXIT_USAGE, "\"%s\" has a port: a ping goes to a host; to check a port write tcp://%s", text, text);
	if (colon != NULL && !read_port(colon + 1, &port, err))
		return false;
	char *host = colon != NULL ? heap_text_n(text, (size_t)(colon - text)) : heap_text(text);
	bool good;
	if (host[0] == '\0')
		good = error_set(err, EXIT_USAGE, "\"%s\" has no host: write host%s", text, with_port ? ":port, as in db.internal:5432" : "");
	else
		good = endpoint_set(endpoint, host, port, err);
	free(host);
	return good;
}

bool endpoint_canonical(const char *text, bool with_port, char **canonical, struct error *err)
{
	struct endpoint endpoint;
	if (!endpoint_read(&endpoint, text, with_port, err))
		return false;
	if (endpoint.literal) {
		char address[ADDRESS_TEXT_SIZE];
		*canonical = heap_text(address_print(&endpoint.address.any, address, sizeof address));
	} else {
		*canonical = heap_text(text);
		for (char *c = *canonical; *c != '\0'; c++)
			if (*c >= 'A' && *c <= 'Z')
				*c = (char)(*c - 'A' + 'a');
	}
	endpoint_finish(&endpoint);
	return true;
}

bool endpoint_create(void **endpoint, const char *text, bool with_port, struct error *err)
{
	struct endpoint *made = heap_zero(1, sizeof *made);
	if (!endpoint_read(made, text, with_port, err)) {
		free(made);
		return false;
	}
	*endpoint = made;
	return true;
}

void endpoint_destroy(void *endpoint)
{
	if (endpoint == NULL)
		return;
	endpoint_finish(endpoint);
	free(endpoint);
}
