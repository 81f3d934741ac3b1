/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options that mean the same in every tool, see usual.h.
 */
#include "usual.h"

#include "json.h"
#include "message.h"
#include "source.h"

void usual_init(struct usual *usual)
{
	*usual = (struct usual){
		.engine = PAGEMAP_ENGINE_AUTO,
		.units = UNITS_KIB,
		.header = true,
	};
}

int usual_take(struct usual *usual, int id, const char *argument)
{
	switch (id) {
	case USUAL_ENGINE:
		return engine_parse(argument, &usual->engine) ? 0 : EXIT_USAGE;
	case 'S':
		usual->source = argument;
		break;
	case 'k':
		usual->units = UNITS_SUFFIX;
		break;
	case 'H':
		usual->header = false;
		break;
	case USUAL_GENTLE:
		usual->gentle = true;
		break;
	case USUAL_JSON:
		usual->json = true;
		break;
	case USUAL_CSV:
		usual->csv = true;
		break;
	case USUAL_STRICT:
		usual->strict = true;
		break;
	case 'h':
		usual->help = true;
		break;
	default:
		usual->version = true;
		break;
	}
	return 0;
}

int usual_check(const struct usual *usual)
{
	if (usual->json && usual->csv) {
		message("--json and --csv exclude each other");
		return EXIT_USAGE;
	}
	if (usual->json && !json_is_built_in()) {
		message("--json: this build has no JSON (json-c was missing)");
		return EXIT_USAGE;
	}
	return 0;
}

void usual_print_help(void)
{
	puts("\nSizes: 123 exact, 120..131 between, ~123 an estimate, - not "
	     "known.\nExit status: 0 done, 1 nothing could be measured, 2 bad "
	     "usage, 3 not exact\nwith --strict.");
}
