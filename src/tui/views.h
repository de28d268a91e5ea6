/*
 * The views there are, each in a file of its own; views.c has them in its table.
 */
#ifndef KUMATOP_TUI_VIEWS_H
#define KUMATOP_TUI_VIEWS_H

#include "view.h"

extern const struct view_kind list_view;	/* "list": all monitors */
extern const struct view_kind detail_view;	/* "detail": one monitor, opening.monitor */
extern const struct view_kind events_view;	/* "events": of opening.monitor, or of all */
extern const struct view_kind page_view;	/* "page": why opening.monitor failed, or opening.text */
extern const struct view_kind form_view;	/* "form": adds (opening.text: target; choice 1: clones opening.monitor) or edits opening.monitor */
extern const struct view_kind question_view;	/* "question": opening.question */
extern const struct view_kind help_view;	/* "help" */
extern const struct view_kind menu_view;	/* "menu": a list to choose from */

#endif
