/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * merging COMMAND [ARGUMENT]...: runs a command, the memory of which KSM may
 * merge, and of all that it starts (PR_SET_MEMORY_MERGE, 6.4 on).  Ends with 77
 * where the kernel does not know how.
 */
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#ifndef PR_SET_MEMORY_MERGE
#define PR_SET_MEMORY_MERGE 67
#endif

int main(int argc, char **argv)
{
	if (argc < 2) {
		fputs("merging COMMAND [ARGUMENT]...\n", stderr);
		return 2;
	}
	if (prctl(PR_SET_MEMORY_MERGE, 1, 0, 0, 0)) {
		perror("PR_SET_MEMORY_MERGE");
		return 77;
	}
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 1;
}
