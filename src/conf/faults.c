#include "faults.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/conf.h"
#include "kumatop/heap.h"
#include "kumatop/text.h"

enum { FAULT_SIZE = 1024 };

void faults_add_args(struct faults *faults, size_t file, const char *path, int line, const char *format, va_list args)
{
	char message[FAULT_SIZE], clean[FAULT_SIZE];
	vsnprintf(message, sizeof message, format, args);
	text_sanitize(clean, sizeof clean, message, strlen(message));
	faults->items = heap_resize(faults->items, faults->count + 1, sizeof *faults->items);
	struct fault *fault = &faults->items[faults->count];
	*fault = (struct fault){ .file = file, .serial = faults->count, .line = line };
	faults->count++;
	if (!path && line > 1)
		fault->text = heap_print("line %d: %s", line, clean);
	else if (!path)
		fault->text = heap_text(clean);
	else if (line > 0)
		fault->text = heap_print("%s:%d: %s", path, line, clean);
	else
		fault->text = heap_print("%s: %s", path, clean);
}

void faults_add(struct faults *faults, size_t file, const char *path, int line, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	faults_add_args(faults, file, path, line, format, args);
	va_end(args);
}

static int compare(const void *a, const void *b)
{
	const struct fault *x = a, *y = b;
	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->serial < y->serial ? -1 : x->serial > y->serial;
}

void faults_give(struct faults *faults, struct text_list *list)
{
	if (faults->count == 0)
		return;
	qsort(faults->items, faults->count, sizeof *faults->items, compare);
	list->items = heap_resize(list->items, list->count + faults->count, sizeof *list->items);
	for (size_t i = 0; i < faults->count; i++)
		list->items[list->count++] = faults->items[i].text;
	free(faults->items);
	*faults = (struct faults){ 0 };
}

void faults_finish(struct faults *faults)
{
	for (size_t i = 0; i < faults->count; i++)
		free(faults->items[i].text);
	free(faults->items);
	*faults = (struct faults){ 0 };
}

void conf_faults_finish(struct conf_faults *faults)
{
	text_list_finish(&faults->lines);
}
