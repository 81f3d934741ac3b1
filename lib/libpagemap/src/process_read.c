/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading one process by either engine: held by its directory where several
 * files must be of the same process, tried again once where it changed, and
 * marked by what went wrong.  Never fails a snapshot for one process.
 */
#include <errno.h>
#include <time.h>

#include "engine.h"
#include "parse.h"

enum pagemap_detail worker_detail(const struct worker *worker,
				  const struct pagemap_process *process)
{
	const struct pagemap_snapshot *snapshot = worker->snapshot;

	return !snapshot->pids || snapshot_names_pid(snapshot, process->pid) ?
	       snapshot->detail : PAGEMAP_DETAIL_PROCESSES;
}

static uint64_t real_time_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int statm_read(struct worker *worker, const struct process_ref *ref,
	       struct pagemap_process *process)
{
	struct pagemap_source *source = worker->source;
	struct proc_statm statm;
	int err = source->ops->read_text(source, ref, "statm", &worker->text);

	if (!err)
		err = parse_statm(worker->text.data, worker->text.size, &statm);
	if (err)
		return err;
	process->statm.size_pages = statm.size_pages;
	process->statm.resident_pages = statm.resident_pages;
	process->statm.shared_pages = statm.shared_pages;
	return 0;
}

/* VSS comes from another file than RSS: a process between may have shrunk. */
static int read_vss(struct worker *worker, const struct process_ref *ref,
		    struct pagemap_process *process)
{
	struct figures *figures = &process->figures;
	uint64_t vss;
	int err;

	if (!(worker->snapshot->metrics & PAGEMAP_METRIC_BIT(PAGEMAP_VSS)))
		return 0;
	err = statm_read(worker, ref, process);
	/* A saved tree may lack the file; a running kernel never does. */
	if (err && worker->source->kind != PAGEMAP_SOURCE_LIVE)
		return 0;
	if (err)
		return err == -ENOENT || err == -ESTALE ? err : 0;
	/* Its memory went away after it was read: what was read is a part. */
	if (!process->statm.size_pages)
		return -ESTALE;
	vss = process->statm.size_pages << worker->snapshot->page_shift;
	figures_set(figures, PAGEMAP_VSS, vss);
	if (!(figures->known & PAGEMAP_METRIC_BIT(PAGEMAP_RSS)) ||
	    vss >= figures->bytes[PAGEMAP_RSS])
		return 0;
	figures_set(figures, PAGEMAP_VSS, figures->bytes[PAGEMAP_RSS]);
	return -EAGAIN;
}

/* What every user may read of a process that is not his. */
static int read_public(struct worker *worker, const struct process_ref *ref,
		       struct pagemap_process *process)
{
	struct pagemap_source *source = worker->source;
	struct figures *figures = &process->figures;
	uint32_t shift = worker->snapshot->page_shift;
	struct proc_status status;

	process->figures = (struct figures){ .denied = PAGEMAP_METRICS_ALL };
	if (statm_read(worker, ref, process))
		return -EACCES;
	/* A kernel thread or a zombie: nothing is withheld. */
	if (!process->statm.size_pages)
		return -ESRCH;
	figures_set(figures, PAGEMAP_VSS, process->statm.size_pages << shift);
	figures_set(figures, PAGEMAP_RSS,
		    process->statm.resident_pages << shift);
	if (!source->ops->read_text(source, ref, "status", &worker->text) &&
	    !parse_status(worker->text.data, worker->text.size, &status) &&
	    (status.found & PAGEMAP_METRIC_BIT(PAGEMAP_SWAP)))
		figures_set(figures, PAGEMAP_SWAP, status.bytes[PAGEMAP_SWAP]);
	return -EACCES;
}

static int read_once(struct worker *worker, struct pagemap_process *process)
{
	struct pagemap_source *source = worker->source;
	struct process_ref ref = { .pid = process->pid, .dir_fd = -1 };
	int err = 0, late;

	if (!worker->snapshot->one_file)
		err = source->ops->open_process(source, process->pid, &ref);
	if (err)
		return err;
	process->figures = (struct figures){ 0 };
	process->read_time_ns = real_time_ns();
	err = worker->engine->read(worker, &ref, process);
	if (!err || err == -EAGAIN) {
		late = read_vss(worker, &ref, process);
		err = late ? late : err;
	} else if (err == -EACCES || err == -EPERM) {
		err = read_public(worker, &ref, process);
	}
	if (!err || err == -EAGAIN || err == -EACCES || err == -EPERM) {
		late = identity_read(worker, &ref, process);
		err = late ? late : err;
	}
	source->ops->close_process(&ref);
	return err;
}

static void set_gone(struct worker *worker, struct pagemap_process *process,
		     enum pagemap_status status)
{
	process->status = (uint8_t)status;
	process->figures = (struct figures){
		.missing_reason = PAGEMAP_REASON_VANISHED,
	};
	/* One that was asked for is reported, another is left out. */
	process->ended = !snapshot_names_pid(worker->snapshot, process->pid);
}

static int set_status(struct worker *worker, struct pagemap_process *process,
		      int err)
{
	switch (err) {
	case 0:
		process->status = PAGEMAP_STATUS_COMPLETE;
		return 0;
	case -EAGAIN:
		process->status = PAGEMAP_STATUS_CHANGED;
		figures_estimate(&process->figures, process->figures.known,
				 PAGEMAP_REASON_CHANGED);
		return 0;
	case -EACCES:
	case -EPERM:
		process->status = PAGEMAP_STATUS_DENIED;
		return 0;
	case -ENOENT:
	case -ESTALE:
		set_gone(worker, process, PAGEMAP_STATUS_VANISHED);
		return 0;
	case -ESRCH:
		set_gone(worker, process, PAGEMAP_STATUS_NO_MEMORY);
		return 0;
	case -ENOMEM:
	case -EMFILE:
	case -ENFILE:
		return err;
	default:
		process->status = PAGEMAP_STATUS_MALFORMED;
		process->figures = (struct figures){
			.missing_reason = PAGEMAP_REASON_MALFORMED,
		};
		return 0;
	}
}

int process_read(struct worker *worker, struct pagemap_process *process)
{
	int err = read_once(worker, process);

	if (err == -EAGAIN || err == -ESTALE)
		err = read_once(worker, process);
	return set_status(worker, process, err);
}
