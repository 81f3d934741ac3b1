// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * load: processes to measure.  Each is a program of its own (target.c), with
 * its own address layout, its libraries, private, shared and file memory.
 * Prints "pid N NAME" for each special, then "ready" when all memory has been
 * touched.  Ends, and all its processes with it, when its standard input ends,
 * when its parent ends, or on SIGTERM, SIGINT, SIGHUP.  It owns how many
 * processes there are and how long they live; what they hold is target.c's.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common_bench.h"

static const char help[] =
"usage: load [OPTION]...\n"
"  --processes N       ordinary processes (default 1000)\n"
"  --private-kib P     private memory of each (2560)\n"
"  --shared-kib S      memory that a group shares (4096)\n"
"  --group G           processes in a group (20)\n"
"  --file FILE         a file that each maps; repeatable (the C library)\n"
"  --file-kib F        of each file at most (1536)\n"
"  --pieces M          mappings that private memory is in, a guard page\n"
"                      behind each (16)\n"
"  --bare              no libraries but the C library\n"
"  --skew              few big, many tiny: every 50th process with 32 to\n"
"                      96 MiB, the others bare with 64 KiB private, no file\n"
"  --special NAME[=AMOUNT]  one more process, repeatable:\n"
"      dense=4G        private memory in 4 KiB pages\n"
"      thp=1G          in transparent huge pages\n"
"      mappings=50000  so many mappings of a page\n"
"      sparse=16T      a reservation with 2,000 pages touched\n"
"      stall=4G        dense; on SIGUSR1 says how long its mmap took\n"
"      idle=N          N processes that hold nothing of their own\n"
"An ordinary process has about 2,400 resident pages and 80 mappings.\n";

enum { FILES_MAX = 16, SPECIALS_MAX = 16, ARGS_MAX = 64, BIG_EVERY = 50 };

struct special {
	char name[16];
	size_t amount;
};

struct plan {
	size_t processes;
	size_t private_kib, shared_kib, group, file_kib, pieces;
	const char *files[FILES_MAX];
	size_t file_count;
	size_t bare, skew;
	struct special specials[SPECIALS_MAX];
	size_t special_count;
};

/* One process's command line. */
struct command {
	char *args[ARGS_MAX];
	size_t count;
};

static const struct special default_amounts[] = {
	{ "dense", (size_t)4 << 30 },
	{ "thp", 1 << 30 },
	{ "mappings", 50000 },
	{ "sparse", (size_t)16 << 40 },
	{ "stall", (size_t)4 << 30 },
	{ "idle", 1000 },
};

/* Parts of the C library's package that programs map, beside that itself. */
static const char *const libraries[] = {
	"libm.so.6", "libresolv.so.2", "libanl.so.1", "libBrokenLocale.so.1",
	"libnss_compat.so.2",
};

static char target_path[PATH_MAX];
static int ready_pipe[2];
static pid_t *pids;
static size_t pid_count, pid_room;

/* ---- What to start ----------------------------------------------------- */

static void add_arg(struct command *command, const char *format, ...)
{
	va_list args;

	if (command->count + 1 >= ARGS_MAX)
		die("too many arguments");
	va_start(args, format);
	if (vasprintf(&command->args[command->count++], format, args) < 0)
		die("no memory");
	va_end(args);
	command->args[command->count] = NULL;
}

static void command_begin(struct command *command)
{
	command->count = 0;
	add_arg(command, "%s", target_path);
	add_arg(command, "--parent=%d", getpid());
	add_arg(command, "--ready=%d", ready_pipe[1]);
}

/* With no signal blocked, other than here. */
static pid_t spawn(char **args)
{
	extern char **environ;
	posix_spawnattr_t attributes;
	sigset_t none;
	pid_t pid;
	int error;

	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	error = posix_spawn(&pid, args[0], NULL, &attributes, args, environ);
	if (error)
		die("%s: %s", args[0], strerror(error));
	posix_spawnattr_destroy(&attributes);
	return pid;
}

static pid_t command_start(struct command *command)
{
	pid_t pid = spawn(command->args);

	while (command->count)
		free(command->args[--command->count]);
	if (pid_count == pid_room) {
		pid_room = pid_room ? 2 * pid_room : 1024;
		pids = reallocarray(pids, pid_room, sizeof(*pids));
		if (!pids)
			die("no memory");
	}
	pids[pid_count++] = pid;
	return pid;
}

/* Shared by the processes from this one to the next multiple of the group. */
static int group_memory(const struct plan *plan, size_t process)
{
	static int fd = -1;

	if (process % plan->group)
		return fd;
	if (fd >= 0)
		close(fd);
	fd = memfd_create("load", 0);
	if (fd < 0 || ftruncate(fd, (off_t)plan->shared_kib << 10))
		die_errno("shared memory");
	return fd;
}

static void add_ordinary(const struct plan *plan, size_t process,
			 struct command *command)
{
	size_t i;

	add_arg(command, "--private=%zuK", plan->private_kib);
	add_arg(command, "--pieces=%zu", plan->pieces);
	if (plan->shared_kib) {
		add_arg(command, "--shared=%zuK", plan->shared_kib);
		add_arg(command, "--shared-fd=%d", group_memory(plan, process));
	}
	add_arg(command, "--file-limit=%zuK", plan->file_kib);
	for (i = 0; i < plan->file_count; i++)
		add_arg(command, "--file=%s", plan->files[i]);
	for (i = 0; !plan->bare && i < sizeof(libraries) / sizeof(*libraries); i++)
		add_arg(command, "--library=%s", libraries[i]);
}

/* Big ones differ, so that their order is one that can be found. */
static void add_skewed(size_t process, struct command *command)
{
	size_t kib = 64;

	if (process % BIG_EVERY == 0)
		kib = (32 << 10) + process / BIG_EVERY * 1811 % (64 << 10);
	add_arg(command, "--private=%zuK", kib);
}

static void start_ordinary(const struct plan *plan)
{
	struct command command;
	size_t i;

	for (i = 0; i < plan->processes; i++) {
		command_begin(&command);
		if (plan->skew)
			add_skewed(i, &command);
		else
			add_ordinary(plan, i, &command);
		command_start(&command);
	}
}

static void start_specials(const struct plan *plan)
{
	const struct special *special;
	struct command command;
	size_t i, copies;
	int idle;

	for (i = 0; i < plan->special_count; i++) {
		special = &plan->specials[i];
		idle = !strcmp(special->name, "idle");
		for (copies = idle ? special->amount : 1; copies; copies--) {
			command_begin(&command);
			add_arg(&command, "--special=%s", special->name);
			add_arg(&command, "--amount=%zu", special->amount);
			if (idle)
				command_start(&command);
			else
				printf("pid %d %s\n", command_start(&command),
				       special->name);
		}
	}
	fflush(stdout);
}

/* ---- Their lives ------------------------------------------------------- */

static void end_all(void)
{
	size_t i;

	for (i = 0; i < pid_count; i++)
		kill(pids[i], SIGKILL);
	/* When this returns their memory is free again. */
	for (i = 0; i < pid_count; i++)
		waitpid(pids[i], NULL, 0);
}

static int open_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0 || sigprocmask(SIG_BLOCK, &set, NULL))
		die_errno("signals");
	return fd;
}

/* Nobody is to write to it, so that something to read means its end. */
static int input_ended(void)
{
	char rest[256];

	return read(0, rest, sizeof(rest)) <= 0;
}

/* Returns 0 if the load was asked to end, 1 if a process ended by itself. */
static int live(int signal_fd)
{
	struct pollfd fds[3] = {
		{ .fd = 0, .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN },
		{ .fd = ready_pipe[0], .events = POLLIN },
	};
	struct signalfd_siginfo info;
	size_t ready = 0;
	char bytes[512];
	ssize_t length;

	for (;;) {
		if (poll(fds, 3, -1) < 0)
			die_errno("poll");
		if (fds[0].revents && input_ended())
			return 0;
		if (fds[1].revents && read(signal_fd, &info, sizeof(info)) > 0)
			return info.ssi_signo == SIGCHLD;
		if (!fds[2].revents)
			continue;
		length = read(ready_pipe[0], bytes, sizeof(bytes));
		ready += length > 0 ? (size_t)length : 0;
		if (ready == pid_count) {
			puts("ready");
			fflush(stdout);
			fds[2].fd = -1;
		}
	}
}

/* ---- The command line -------------------------------------------------- */

static void add_special(struct plan *plan, const char *text)
{
	struct special *special = &plan->specials[plan->special_count++];
	size_t i, length = strcspn(text, "=");

	if (plan->special_count == SPECIALS_MAX)
		die("too many specials");
	for (i = 0; i < sizeof(default_amounts) / sizeof(*default_amounts); i++) {
		*special = default_amounts[i];
		if (strlen(special->name) == length &&
		    !strncmp(special->name, text, length)) {
			if (text[length])
				special->amount = parse_size(text + length + 1);
			return;
		}
	}
	die("no special called '%s'", text);
}

static void add_file(struct plan *plan, const char *path)
{
	if (plan->file_count == FILES_MAX)
		die("too many files");
	plan->files[plan->file_count++] = path;
}

/* Options with a number, and the two that are on by being there. */
static const struct {
	const char *name;
	size_t place;
	int has_number;
} numbers[] = {
	{ "processes", offsetof(struct plan, processes), 1 },
	{ "private-kib", offsetof(struct plan, private_kib), 1 },
	{ "shared-kib", offsetof(struct plan, shared_kib), 1 },
	{ "group", offsetof(struct plan, group), 1 },
	{ "file-kib", offsetof(struct plan, file_kib), 1 },
	{ "pieces", offsetof(struct plan, pieces), 1 },
	{ "bare", offsetof(struct plan, bare), 0 },
	{ "skew", offsetof(struct plan, skew), 0 },
};

enum { NUMBERS = sizeof(numbers) / sizeof(*numbers) };

static void set_number(struct plan *plan, int i, const char *text)
{
	size_t *value = (size_t *)((char *)plan + numbers[i].place);

	*value = numbers[i].has_number ? parse_size(text) : 1;
}

static void parse_options(int argc, char **argv, struct plan *plan)
{
	struct option names[NUMBERS + 4] = {
		[NUMBERS] = { "file", required_argument, NULL, 'f' },
		{ "special", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
	};
	int i, letter;

	for (i = 0; i < NUMBERS; i++)
		names[i] = (struct option){ numbers[i].name,
					    numbers[i].has_number, NULL, 'n' };
	while ((letter = getopt_long(argc, argv, "", names, &i)) != -1) {
		if (letter == 'n') {
			set_number(plan, i, optarg);
		} else if (letter == 'f') {
			add_file(plan, optarg);
		} else if (letter == 's') {
			add_special(plan, optarg);
		} else {
			fputs(help, letter == 'h' ? stdout : stderr);
			exit(letter == 'h' ? 0 : 2);
		}
	}
	if (optind < argc || !plan->group || !plan->pieces)
		die("not understood, see --help");
}

static void find_target(void)
{
	ssize_t length = readlink("/proc/self/exe", target_path,
				  sizeof(target_path) - sizeof("target"));

	if (length < 0)
		die_errno("/proc/self/exe");
	target_path[length] = '\0';
	strcpy(strrchr(target_path, '/') + 1, "target");
}

int main(int argc, char **argv)
{
	struct plan plan = {
		.processes = 1000, .private_kib = 2560, .shared_kib = 4096,
		.group = 20, .file_kib = 1536, .pieces = 16,
	};
	Dl_info c_library;
	int signal_fd, broken;

	parse_options(argc, argv, &plan);
	if (!plan.file_count && dladdr((void *)(uintptr_t)puts, &c_library))
		plan.files[plan.file_count++] = c_library.dli_fname;
	die_with_parent(getppid(), SIGTERM);
	find_target();
	if (pipe(ready_pipe))
		die_errno("pipe");
	fcntl(ready_pipe[0], F_SETFD, FD_CLOEXEC);
	signal_fd = open_signals();
	start_ordinary(&plan);
	start_specials(&plan);
	close(ready_pipe[1]);
	broken = live(signal_fd);
	end_all();
	if (broken)
		die("a process of the load ended by itself");
	return 0;
}
