/*
 * Reading the configuration anew while kumatop runs. Files and the user database may keep one waiting, so that is done on another thread;
 * one after the other. Everything else here on the control thread.
 */
#ifndef KUMATOP_CLI_RELOAD_H
#define KUMATOP_CLI_RELOAD_H

#include <stdbool.h>

#include "kumatop/command.h"

struct owner;
struct reloader;
struct uv_loop_s;

struct reloader *reloader_create(struct uv_loop_s *loop, struct owner *owner);

/* by_hand: a person asks for it. asked: the command by which he does, to be answered, or NULL; taken. */
void reloader_ask(struct reloader *reloader, bool by_hand, struct command *asked);

/* What has not begun is refused, what has is not taken. The memory goes once the loop has run what is under way. */
void reloader_close(struct reloader *reloader);

#endif
