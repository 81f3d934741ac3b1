/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sends a signal to the tagged processes, or to the selected one, after it was
 * said whom it hits and what that gives back.  A process is held by a pidfd
 * while the question stands, so that no other one which gets the pid meanwhile
 * is hit.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "escape.h"
#include "pidfd.h"
#include "screen.h"

static const struct {
	int number;
	const char *name;
} signals[] = {
	{ SIGTERM, "SIGTERM" }, { SIGKILL, "SIGKILL" }, { SIGINT, "SIGINT" },
	{ SIGHUP, "SIGHUP" }, { SIGQUIT, "SIGQUIT" }, { SIGSTOP, "SIGSTOP" },
	{ SIGCONT, "SIGCONT" }, { SIGUSR1, "SIGUSR1" }, { SIGUSR2, "SIGUSR2" },
};

#define SIGNAL_COUNT (sizeof(signals) / sizeof(signals[0]))

static int send_signal(const struct victim *victim, int number)
{
#ifdef SYS_pidfd_send_signal
	if (victim->fd >= 0)
		return syscall(SYS_pidfd_send_signal, victim->fd, number, NULL,
			       0) ? -errno : 0;
#endif
	return kill(victim->pid, number) ? -errno : 0;
}

void victims_free(struct victims *victims)
{
	size_t i;

	for (i = 0; i < victims->count; i++)
		if (victims->items[i].fd >= 0)
			close(victims->items[i].fd);
	free(victims->items);
	*victims = (struct victims){ .count = 0 };
}

/* ---- Whom it hits ------------------------------------------------------ */

static const struct row *row_of(const struct screen *screen, pid_t pid)
{
	size_t i;

	for (i = 0; i < screen->ranking.count; i++) {
		const struct row *row = &screen->ranking.rows[i];

		if (row->process && pagemap_process_pid(row->process) == pid)
			return row;
	}
	return NULL;
}

static bool may_be_hit(struct screen *screen, pid_t pid)
{
	if (pid > 1 && pid != getpid())
		return true;
	screen_say(screen, STYLE_WARNING, pid == 1 ?
		   "process 1 is never sent a signal: the machine would stop" :
		   "memrank sends itself no signal: q quits");
	return false;
}

static void add_victim(struct screen *screen, pid_t pid)
{
	struct victims *victims = &screen->victims;
	struct victim *victim = &victims->items[victims->count];
	const struct row *row = row_of(screen, pid);
	char comm[64] = "";

	if (!may_be_hit(screen, pid))
		return;
	victim->pid = pid;
	victim->fd = pidfd_of(pid);
	pagemap_source_comm(screen->source, pid, comm, sizeof(comm));
	/* It is another program now than the one that is shown. */
	if (row && row->comm && strcmp(row->comm, comm) != 0) {
		screen_say(screen, STYLE_WARNING, "process %d is another one "
			   "now: read again", (int)pid);
		if (victim->fd >= 0)
			close(victim->fd);
		return;
	}
	escape_text(row && row->command ? row->command : comm, victim->name,
		    sizeof(victim->name));
	victims->count++;
}

static void add_all(struct screen *screen, const struct row *row)
{
	struct victims *victims = &screen->victims;
	size_t i, count = screen->tags.set.count;

	victims->tagged = count;
	victims->items = calloc(count + 1, sizeof(*victims->items));
	if (!victims->items)
		return;
	for (i = 0; i < count; i++)
		add_victim(screen, screen->tags.set.items[i].pid);
	if (count || !row)
		return;
	victims->uss = row_value(row, PAGEMAP_USS);
	add_victim(screen, pagemap_process_pid(row->process));
}

void kill_open(struct screen *screen)
{
	const struct row *row = screen_row(screen);

	if (screen->vkernel) {
		screen_say(screen, STYLE_WARNING, "these run inside a vkernel: "
			   "nobody here can be sent a signal");
		return;
	}
	/* A script asks, so that the question can be seen, and sends nothing. */
	if (!screen->live && !screen->scripted) {
		screen_say(screen, STYLE_WARNING, "this is a saved machine: "
			   "nobody here can be sent a signal");
		return;
	}
	if (row && !row->process)
		row = NULL;
	if (!row && !screen->tags.set.count) {
		screen_say(screen, STYLE_WARNING, "no process is selected: "
			   "Space tags those of a group");
		return;
	}
	victims_free(&screen->victims);
	add_all(screen, row);
	if (screen->victims.count)
		screen->mode = MODE_KILL;
}

/* ---- The answer -------------------------------------------------------- */

const char *kill_signal_name(const struct screen *screen)
{
	return signals[screen->victims.signal].name;
}

static void send_all(struct screen *screen)
{
	struct victims *victims = &screen->victims;
	size_t i, sent = 0;

	for (i = 0; i < victims->count; i++) {
		const struct victim *victim = &victims->items[i];
		int err = send_signal(victim, signals[victims->signal].number);

		sent += !err;
		if (err)
			screen_say(screen, STYLE_WARNING, "%d %s: %s",
				   (int)victim->pid, victim->name,
				   err == -ESRCH ? "it has ended already" :
				   strerror(-err));
	}
	if (sent == victims->count)
		screen_say(screen, STYLE_GOOD, "%s sent to %zu process%s",
			   kill_signal_name(screen), sent,
			   sent == 1 ? "" : "es");
	screen->again = true;
}

void kill_event(struct screen *screen, const struct event *event)
{
	struct victims *victims = &screen->victims;

	if (event->kind != EVENT_KEY)
		return;
	switch (event->key) {
	case EVENT_RIGHT:
	case EVENT_TAB:
		victims->signal = (victims->signal + 1) % SIGNAL_COUNT;
		return;
	case EVENT_LEFT:
	case EVENT_BACK_TAB:
		victims->signal = (victims->signal + SIGNAL_COUNT - 1) %
				  SIGNAL_COUNT;
		return;
	case EVENT_ENTER:
	case 'y':
		if (screen->scripted)
			screen_say(screen, STYLE_WARNING,
				   "a script sends no signal");
		else
			send_all(screen);
		break;
	default:
		screen_say(screen, STYLE_NORMAL, "nothing was sent");
		break;
	}
	victims_free(victims);
	screen->mode = MODE_LIST;
}
