#include "mail.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "digest.h"
#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

enum {
	LINE_MOST = 76,		/* of an encoded line, RFC 2045 */
	WORD_BYTES = 39,	/* of text in one encoded word: 52 in base64, =?UTF-8?B?…?= around them, and a header's name before them */
	NAME_BYTES = 60,	/* of a sender's or receiver's name */
	SUBJECT_MOST = 200,	/* characters */
	TEXT_MOST = 32 << 10,
};

static const char address_marks[] = "!#$%&'*+-/=?^_`{|}~.@0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz[]:";

char *mail_address(const char *text, struct error *err)
{
	const char *open = strrchr(text, '<'), *at;
	char *address;

	if (strpbrk(text, "\r\n")) {
		address = heap_text("");
	} else if (open) {
		const char *close = strchr(open, '>');

		address = close && close[1] == '\0' ? heap_text_n(open + 1, (size_t)(close - open - 1)) : heap_text("");
	} else {
		address = heap_text(text);
	}
	at = strchr(address, '@');
	if (at && at != address && at[1] != '\0' && !strchr(at + 1, '@') && strspn(address, address_marks) == strlen(address))
		return address;
	free(address);
	error_set(err, EXIT_CONFIG, "is no mail address: write \"ops@example.com\" or \"Ops <ops@example.com>\"");
	return NULL;
}

static bool is_plain(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || (unsigned char)*text > '~')
			return false;
	}
	return true;
}

/* Bytes of the longest start of text, of at most `most`, that does not cut a character. */
static size_t whole_characters(const char *text, size_t most)
{
	size_t length = strlen(text), at = 0;
	uint32_t point;

	while (at < length) {
		size_t bytes = text_decode(text + at, length - at, &point);

		if (at + bytes > most)
			break;
		at += bytes;
	}
	return at;
}

/* Words of RFC 2047, each on a line of its own. What is one short line of ASCII goes as it is, unless it looks like such a word. */
static void add_words(const char *text, size_t most, struct buf *out)
{
	if (is_plain(text) && strlen(text) <= most && !strstr(text, "=?")) {
		buf_add_text(out, text);
		return;
	}
	for (const char *at = text; *at;) {
		size_t bytes = whole_characters(at, WORD_BYTES);
		char *coded = digest_base64(at, bytes);

		buf_print(out, "%s=?UTF-8?B?%s?=", at == text ? "" : "\r\n ", coded);
		free(coded);
		at += bytes;
	}
}

/* An address with the name before it, if there is one. */
static void add_mailbox(const char *text, struct buf *out)
{
	const char *open = strrchr(text, '<');
	char *address = mail_address(text, NULL), *name;
	size_t length = open ? (size_t)(open - text) : 0;

	while (length > 0 && text[length - 1] == ' ')
		length--;
	if (length > 0) {
		name = heap_text_n(text, length);
		if (is_plain(name) && !strpbrk(name, "()<>[]:;@\\,.\"") && length <= NAME_BYTES)
			buf_print(out, "\"%s\"", name);
		else
			add_words(name, 0, out);
		free(name);
		buf_print(out, "%s <%s>", length > NAME_BYTES / 2 ? "\r\n" : "", address ? address : "");
	} else {
		buf_add_text(out, address ? address : "");
	}
	free(address);
}

static void add_mailboxes(const char *header, const struct text_list *list, struct buf *out)
{
	if (list->count == 0)
		return;
	buf_print(out, "%s: ", header);
	for (size_t i = 0; i < list->count; i++) {
		buf_add_text(out, i > 0 ? ",\r\n " : "");
		add_mailbox(list->items[i], out);
	}
	buf_add_text(out, "\r\n");
}

/* In English whatever the user's language is. */
static void add_date(int64_t us, struct buf *out)
{
	static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t seconds = (time_t)(us / SECOND_US);
	struct tm parts;

	gmtime_r(&seconds, &parts);
	buf_print(out, "Date: %.3s, %d %.3s %d %02d:%02d:%02d +0000\r\n", days + 3 * (size_t)parts.tm_wday, parts.tm_mday,
	    months + 3 * (size_t)parts.tm_mon, parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

/* Quoted-printable, RFC 2045: lines of ours become lines of the mail, everything else that is not plain is coded. */
static void add_quoted(const char *text, struct buf *out)
{
	size_t column = 0;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		bool end = text[1] == '\n' || text[1] == '\0';
		bool plain = c >= ' ' && c <= '~' && c != '=' && !(c == ' ' && end) && !(c == '.' && column == 0);
		size_t width = plain ? 1 : 3;

		if (c == '\n') {
			buf_add_text(out, "\r\n");
			column = 0;
			continue;
		}
		if (column + width > LINE_MOST - 1) {
			buf_add_text(out, "=\r\n");
			column = 0;
		}
		if (plain)
			buf_add_char(out, (char)c);
		else
			buf_print(out, "=%02X", c);
		column += width;
	}
	buf_add_text(out, "\r\n");
}

static void add_ids(const struct alert_message *message, const char *host, struct buf *out)
{
	char *id = digest_uuid(message->id ? message->id : "");

	buf_print(out, "Message-ID: <%s@%s>\r\n", id, host);
	free(id);
	if (!message->incident)
		return;
	/* No mail has this id: it ties those of one incident together all the same. */
	id = digest_uuid(message->incident);
	buf_print(out, "References: <%s@%s>\r\n", id, host);
	free(id);
}

static void add_subject(const struct alert_message *message, struct buf *out)
{
	char *clean = heap_zero(TEXT_MOST, 1);
	struct buf title, cut;

	buf_init(&title, TEXT_MOST);
	buf_init(&cut, TEXT_MOST);
	alert_message_title(message, &title);
	text_sanitize(clean, TEXT_MOST, title.data, title.length);
	template_cut(clean, MARKUP_NONE, SUBJECT_MOST, &cut);
	buf_add_text(out, "Subject: ");
	add_words(cut.data, LINE_MOST - sizeof "Subject: ", out);
	buf_add_text(out, "\r\n");
	buf_finish(&title);
	buf_finish(&cut);
	free(clean);
}

void mail_compose(const struct channel_spec *spec, const struct alert_message *message, const char *host, int64_t now_us, struct buf *out)
{
	char *clean = heap_zero(TEXT_MOST, 1);
	struct buf text;

	add_date(now_us, out);
	buf_add_text(out, "From: ");
	add_mailbox(spec->settings.from, out);
	buf_add_text(out, "\r\n");
	add_mailboxes("To", &spec->settings.to, out);
	add_mailboxes("Cc", &spec->settings.cc, out);
	add_subject(message, out);
	add_ids(message, host, out);
	buf_add_text(out, "Auto-Submitted: auto-generated\r\n");
	buf_print(out, "X-Kumatop-Event: %s\r\n", alert_kind_word((int)message->kind));
	buf_add_text(out, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
	buf_init(&text, 2 * TEXT_MOST);
	alert_message_text(message, TEXT_MOST / 2, &text);
	text_sanitize_lines(clean, TEXT_MOST, text.data, text.length);
	add_quoted(clean, out);
	buf_finish(&text);
	free(clean);
}
