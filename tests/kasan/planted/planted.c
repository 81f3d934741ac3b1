// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A module with faults, for the test that faults are seen: bug=NAME chooses.
 * Never for a kernel that somebody uses.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

static char *bug = "none";
module_param(bug, charp, 0);

static DEFINE_SPINLOCK(lock);
static DEFINE_MUTEX(mutex);

/* The compiler must not know what is done with it. */
static noinline void touch(volatile char *at)
{
	*at = 1;
}

static void out_of_bounds(void)
{
	char *block = kmalloc(64, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(block);
	touch(block + 64);
	kfree(block);
}

static void use_after_free(void)
{
	char *block = kmalloc(64, GFP_KERNEL);

	kfree(block);
	OPTIMIZER_HIDE_VAR(block);
	touch(block + 5);
}

/* By two different ways in, as it happens; one CPU without it goes on. */
static void recursive_lock(void)
{
	static DEFINE_SPINLOCK(second);

	lockdep_set_class(&second, lock.dep_map.key);
	spin_lock(&lock);
	spin_lock(&second);
	spin_unlock(&second);
	spin_unlock(&lock);
}

static void sleep_under_spinlock(void)
{
	spin_lock(&lock);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	spin_unlock(&lock);
}

static void leak(void)
{
	int i;

	for (i = 0; i < 20; i++)
		kmalloc(1000 + i, GFP_KERNEL);
}

static const struct {
	const char *name;
	void (*make)(void);
} bugs[] = {
	{ "out_of_bounds", out_of_bounds },
	{ "use_after_free", use_after_free },
	{ "recursive_lock", recursive_lock },
	{ "sleep_under_spinlock", sleep_under_spinlock },
	{ "leak", leak },
};

static int __init planted_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++)
		if (!strcmp(bugs[i].name, bug)) {
			bugs[i].make();
			return 0;
		}
	return -EINVAL;
}

static void __exit planted_exit(void)
{
}

module_init(planted_init);
module_exit(planted_exit);
MODULE_DESCRIPTION("faults, for a test that they are seen");
MODULE_LICENSE("GPL");
