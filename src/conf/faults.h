/*
 * The faults of a reading, gathered in any order, given out in the order of the files. Private to src/conf.
 */
#ifndef CONF_FAULTS_H
#define CONF_FAULTS_H

#include <stdarg.h>
#include <stddef.h>

#include "kumatop/setting.h"

struct fault {
	size_t file;		/* in the order read */
	size_t serial;		/* as it came in */
	int line;		/* 0: the file as a whole */
	char *text;		/* with its place */
};

struct faults {
	struct fault *items;
	size_t count;
};

/* path NULL: text that is no file; of its first line no place is named. */
void faults_add(struct faults *faults, size_t file, const char *path, int line, const char *format, ...) __attribute__((format(printf, 5, 6)));
void faults_add_args(struct faults *faults, size_t file, const char *path, int line, const char *format, va_list args)
    __attribute__((format(printf, 5, 0)));

/* Moves the texts, sorted, to the end of list, and leaves faults empty. */
void faults_give(struct faults *faults, struct text_list *list);
void faults_finish(struct faults *faults);

#endif
