/*
 * All views there are. A new one is a file and a row here.
 */
#include "views.h"

const struct view_kind *const view_kinds[] = {
	&list_view,
	&menu_view,
	&detail_view,
	&events_view,
	&page_view,
	&form_view,
	&question_view,
	&help_view,
	NULL,
};
