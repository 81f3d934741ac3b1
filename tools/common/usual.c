/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options that mean the same in every tool, see usual.h.
 */
#include "usual.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

#define VKERNEL "vkernel:"

static int take_vkernel(struct usual *usual, const char *text)
{
	struct source_choice *source = &usual->source;
	char *end;
	long pid;

	source->all_vkernels = usual->takes_all && !strcmp(text, "all");
	source->vkernel = 0;
	if (source->all_vkernels)
		return 0;
	errno = 0;
	pid = strtol(text, &end, 10);
	if (errno || *end || end == text || pid < 1 || pid > INT32_MAX) {
		message("--vkernel takes the pid of a User-Mode Linux%s, not "
			"'%s'", usual->takes_all ? ", or all" : "", text);
		return EXIT_USAGE;
	}
	source->vkernel = (pid_t)pid;
	return 0;
}

/* A folder, or vkernel:PID; both where a vkernel runs on a saved machine. */
static int take_source(struct usual *usual, const char *text)
{
	if (!strncmp(text, VKERNEL, strlen(VKERNEL)))
		return take_vkernel(usual, text + strlen(VKERNEL));
	usual->source.name = text;
	return 0;
}

int usual_take(struct usual *usual, int id, const char *argument)
{
	switch (id) {
	case USUAL_ENGINE:
		return engine_parse(argument, &usual->engine) ? 0 : EXIT_USAGE;
	case 'S':
		return take_source(usual, argument);
	case USUAL_VKERNEL:
		return take_vkernel(usual, argument);
	case USUAL_INSIDE:
		usual->source.inside = argument;
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
	if (usual->source.inside && !usual->source.vkernel) {
		message("--inside is what the guest of one vkernel says: it "
			"goes with --vkernel PID");
		return EXIT_USAGE;
	}
	if (usual->engine == PAGEMAP_ENGINE_KERNEL && usual->source.vkernel) {
		message("--engine kernel has the figures that a kernel makes, "
			"and a vkernel is not asked: leave it out");
		return EXIT_USAGE;
	}
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
