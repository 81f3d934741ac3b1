/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A vkernel's guest as JSON: the balance, the cost of one more process, and
 * what the guest says of itself beside it.
 */
#include "guest.h"
#include "json.h"

static struct json *json_use(const struct pagemap_guest_balance *balance,
			     enum pagemap_guest_use use)
{
	struct json *object = json_new_object();
	struct pagemap_value value;
	int state;

	json_set_text(object, "use", pagemap_guest_use_name(use));
	for (state = 0; state < PAGEMAP_GUEST_STATE_COUNT; state++) {
		enum pagemap_guest_state one = (enum pagemap_guest_state)state;

		value = guest_value(balance, use, one);
		json_set_value(object, pagemap_guest_state_name(one), &value);
	}
	json_set_number(object, "size_bytes",
			(int64_t)guest_use_bytes(balance, use));
	return object;
}

static struct json *json_uses(const struct pagemap_guest_balance *balance)
{
	struct json *array = json_new_array();
	int use;

	for (use = 0; use < PAGEMAP_GUEST_USE_COUNT; use++)
		json_append(array, json_use(balance,
					    (enum pagemap_guest_use)use));
	return array;
}

static struct json *json_host(const struct guest_sum *sum)
{
	const struct pagemap_guest_balance *balance = &sum->balance;
	struct json *object = json_new_object();

	json_set_value(object, "main_own", &balance->main_own);
	json_set_value(object, "main_tables", &balance->main_tables);
	json_set_value(object, "child_own", &balance->child_own);
	json_set_value(object, "child_tables", &balance->child_tables);
	json_set_value(object, "stacks", &balance->stacks);
	json_set_value(object, "all", &sum->host_all);
	return object;
}

/* The median, and always the least and the most beside it. */
static void set_cost(struct json *object, const char *key,
		     const struct pagemap_value *value)
{
	struct pagemap_value with_range = *value;

	if (value->quality != PAGEMAP_UNAVAILABLE)
		with_range.quality = PAGEMAP_BOUNDED;
	json_set_value(object, key, &with_range);
}

static struct json *json_cost_of_one(const struct guest_sum *sum)
{
	struct json *object = json_new_object();

	set_cost(object, "host_tables", &sum->cost.host_tables);
	set_cost(object, "host_stack", &sum->cost.host_stack);
	set_cost(object, "host_mappings", &sum->cost.host_mappings);
	set_cost(object, "guest_tables", &sum->cost.guest_tables);
	set_cost(object, "guest_stub", &sum->cost.guest_stub);
	set_cost(object, "all", &sum->cost_all);
	return object;
}

static struct json *json_strays(const struct pagemap_guest *guest)
{
	struct json *array = json_new_array();
	struct pagemap_guest_stray stray;
	size_t i;

	for (i = 0; !pagemap_guest_stray_at(guest, i, &stray); i++) {
		struct json *object = json_new_object();

		json_set_number(object, "guest_pid", stray.guest_pid);
		json_set_text(object, "comm", stray.comm);
		json_set_number(object, "pages", (int64_t)stray.page_count);
		json_append(array, object);
	}
	return array;
}

static struct json *json_inside(const struct guest_sum *sum)
{
	struct json *object = json_new_object();

	json_set_number(object, "named", (int64_t)sum->named);
	json_set_number(object, "pages", (int64_t)sum->compared_pages);
	json_set_number(object, "differ", (int64_t)sum->differ_pages);
	json_set_number(object, "outside", (int64_t)sum->outside_pages);
	json_set(object, "strays", json_strays(sum->guest));
	return object;
}

struct json *guest_json(const struct pagemap_snapshot *snapshot, bool inside)
{
	struct json *object = json_new_object();
	struct pagemap_value slack;
	struct guest_sum sum;

	guest_sum_up(snapshot, &sum);
	slack = guest_value(&sum.balance, PAGEMAP_GUEST_OTHER,
			    PAGEMAP_GUEST_RESIDENT);
	json_set_number(object, "frames", (int64_t)sum.balance.frames);
	json_set_number(object, "page_bytes", (int64_t)sum.balance.page_bytes);
	json_set_number(object, "processes", (int64_t)sum.processes);
	json_set_number(object, "without_child", (int64_t)sum.childless);
	json_set(object, "uses", json_uses(&sum.balance));
	json_set_value(object, "slack", &slack);
	json_set(object, "host", json_host(&sum));
	json_set(object, "one_more", json_cost_of_one(&sum));
	json_set(object, "inside", inside ? json_inside(&sum) : NULL);
	return object;
}
