// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults on demand, in debugfs: uacce_sim/<name>-<slot>/{control,rules,counters}.
 * Lines that can be written into control, numbers in any base:
 *
 *   status [op=OP] [skip=N] [count=N] [code=C]
 *   slow   [op=OP] [skip=N] [count=N] us=US
 *   stuck  [op=OP] [skip=N] [count=N]
 *   lose   [op=OP] [skip=N] [count=N]
 *   clear           forgets all of these
 *   reset [ms=MS]   stops all queues, and lets none start for so long
 *   isolate         the same until "unisolate"; sysfs says so
 *   unisolate
 *   remove [ms=MS]  takes the device away; brings it back after that, if given
 *   return          brings it back now
 *
 * OP is compress, decompress, encrypt, decrypt, digest or any. Operations that
 * match are counted; the first "skip" of them pass, then "count" (1; 0: all)
 * are hit.
 */
#include <linux/ctype.h>
#include <linux/jiffies.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "sim.h"

#define SIM_MAX_LINE	128
#define SIM_MAX_DELAY_MS	3600000u

static const char *const sim_op_names[] = {
	[SIM_OP_ANY] = "any",
	[SIM_OP_COMPRESS] = "compress",
	[SIM_OP_DECOMPRESS] = "decompress",
	[SIM_OP_ENCRYPT] = "encrypt",
	[SIM_OP_DECRYPT] = "decrypt",
	[SIM_OP_DIGEST] = "digest",
};

static const char *const sim_fault_names[] = {
	[SIM_FAULT_STATUS] = "status",
	[SIM_FAULT_SLOW] = "slow",
	[SIM_FAULT_STUCK] = "stuck",
	[SIM_FAULT_LOSE] = "lose",
};

struct sim_verdict sim_fault_decide(struct sim_queue *q,
				    const struct sim_sqe *sqe)
{
	struct sim_device *sd = q->sd;
	struct sim_verdict verdict = {};
	enum sim_op op;
	unsigned int i;

	if (!READ_ONCE(sd->rule_count))
		return verdict;
	op = sd->engine->classify(q, sqe);
	spin_lock(&sd->rule_lock);
	for (i = 0; i < sd->rule_count; i++) {
		struct sim_rule *rule = &sd->rules[i];

		if (rule->op != SIM_OP_ANY && rule->op != op)
			continue;
		if (rule->seen++ < rule->skip ||
		    (rule->count && rule->hits == rule->count))
			continue;
		rule->hits++;
		atomic64_inc(&sd->counters.faults);
		verdict.kinds |= BIT(rule->kind);
		if (rule->kind == SIM_FAULT_STATUS)
			verdict.code = rule->code;
		if (rule->kind == SIM_FAULT_SLOW)
			verdict.us = max(verdict.us, rule->us);
	}
	spin_unlock(&sd->rule_lock);
	return verdict;
}

/* Ends a reset or a removal, whichever it is. */
void sim_fault_back(struct work_struct *work)
{
	struct sim_device *sd = container_of(to_delayed_work(work),
					     struct sim_device, back);

	mutex_lock(&sd->lock);
	mutex_lock(&sd->queue_lock);
	sd->halted = sd->isolated;
	mutex_unlock(&sd->queue_lock);
	/* Of a device that went for good only the reset ends. */
	if (!sd->uacce && sd->returns && sim_device_register(sd))
		pr_err("uacce_sim: a device does not come back\n");
	mutex_unlock(&sd->lock);
}

static void sim_schedule_back(struct sim_device *sd, u32 ms)
{
	mod_delayed_work(system_wq, &sd->back, msecs_to_jiffies(ms));
}

/* A reset is an error; more than so many in an hour isolate the device. */
static void sim_count_error(struct sim_device *sd)
{
	u32 threshold = READ_ONCE(sd->isolate_threshold);

	lockdep_assert_held(&sd->queue_lock);
	if (!sd->errors || time_after(jiffies, sd->errors_since + 3600 * HZ)) {
		sd->errors = 0;
		sd->errors_since = jiffies;
	}
	sd->errors++;
	if (threshold && sd->errors > threshold)
		WRITE_ONCE(sd->isolated, true);
}

static int sim_reset(struct sim_device *sd, u32 ms)
{
	/* The end of a reset would bring it back. */
	if (!sd->uacce)
		return -ENODEV;
	mutex_lock(&sd->queue_lock);
	sim_device_halt(sd);
	sim_count_error(sd);
	mutex_unlock(&sd->queue_lock);
	sim_schedule_back(sd, ms);
	return 0;
}

static int sim_isolate(struct sim_device *sd, bool isolated)
{
	mutex_lock(&sd->queue_lock);
	if (isolated)
		sim_device_halt(sd);
	sd->halted = isolated;
	sd->errors = 0;
	WRITE_ONCE(sd->isolated, isolated);
	mutex_unlock(&sd->queue_lock);
	return 0;
}

static int sim_remove(struct sim_device *sd, u32 ms)
{
	if (!sd->uacce)
		return -ENODEV;
	sim_device_unregister(sd);
	sd->returns = ms;
	if (ms)
		sim_schedule_back(sd, ms);
	return 0;
}

static int sim_add_rule(struct sim_device *sd, const struct sim_rule *rule)
{
	int ret = 0;

	spin_lock(&sd->rule_lock);
	if (sd->rule_count == SIM_MAX_RULES)
		ret = -ENOSPC;
	else
		sd->rules[sd->rule_count++] = *rule;
	spin_unlock(&sd->rule_lock);
	return ret;
}

static int sim_parse_option(char *word, struct sim_rule *rule, u32 *ms)
{
	char *value = strchr(word, '=');
	int op;

	if (!value)
		return -EINVAL;
	*value++ = '\0';
	if (!strcmp(word, "op")) {
		op = match_string(sim_op_names, ARRAY_SIZE(sim_op_names),
				  value);
		if (op < 0)
			return -EINVAL;
		rule->op = op;
		return 0;
	}
	if (!strcmp(word, "skip"))
		return kstrtou64(value, 0, &rule->skip);
	if (!strcmp(word, "count"))
		return kstrtou64(value, 0, &rule->count);
	if (!strcmp(word, "code"))
		return kstrtou32(value, 0, &rule->code);
	if (!strcmp(word, "us"))
		return kstrtou32(value, 0, &rule->us);
	if (!strcmp(word, "ms"))
		return kstrtou32(value, 0, ms);
	return -EINVAL;
}

/* Under sd->lock. */
static int sim_command(struct sim_device *sd, char *line)
{
	struct sim_rule rule = { .count = 1 };
	char *word, *command;
	u32 ms = 0;
	int kind;

	line = strim(line);
	command = strsep(&line, " ");
	while ((word = strsep(&line, " "))) {
		int ret = *word ? sim_parse_option(word, &rule, &ms) : 0;

		if (ret)
			return ret;
	}
	if (ms > SIM_MAX_DELAY_MS)
		return -ERANGE;
	kind = match_string(sim_fault_names, ARRAY_SIZE(sim_fault_names),
			    command);
	if (kind >= 0) {
		rule.kind = kind;
		return sim_add_rule(sd, &rule);
	}
	if (!strcmp(command, "clear")) {
		spin_lock(&sd->rule_lock);
		sd->rule_count = 0;
		spin_unlock(&sd->rule_lock);
		return 0;
	}
	if (!strcmp(command, "reset"))
		return sim_reset(sd, ms);
	if (!strcmp(command, "isolate"))
		return sim_isolate(sd, true);
	if (!strcmp(command, "unisolate"))
		return sim_isolate(sd, false);
	if (!strcmp(command, "remove"))
		return sim_remove(sd, ms);
	if (!strcmp(command, "return"))
		return sim_device_register(sd);
	return -EINVAL;
}

static ssize_t sim_control_write(struct file *file, const char __user *user,
				 size_t bytes, loff_t *pos)
{
	struct sim_device *sd = file->private_data;
	char line[SIM_MAX_LINE];
	int ret;

	if (bytes >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, user, bytes))
		return -EFAULT;
	line[bytes] = '\0';
	mutex_lock(&sd->lock);
	ret = sim_command(sd, line);
	mutex_unlock(&sd->lock);
	return ret ? ret : bytes;
}

static const struct file_operations sim_control_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = sim_control_write,
};

static int sim_rules_show(struct seq_file *file, void *unused)
{
	struct sim_device *sd = file->private;
	unsigned int i;

	spin_lock(&sd->rule_lock);
	for (i = 0; i < sd->rule_count; i++) {
		const struct sim_rule *rule = &sd->rules[i];

		seq_printf(file, "%s op=%s skip=%llu count=%llu code=%#x us=%u seen=%llu hits=%llu\n",
			   sim_fault_names[rule->kind], sim_op_names[rule->op],
			   rule->skip, rule->count, rule->code, rule->us,
			   rule->seen, rule->hits);
	}
	spin_unlock(&sd->rule_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(sim_rules);

static int sim_counters_show(struct seq_file *file, void *unused)
{
	struct sim_device *sd = file->private;
	struct sim_counters *c = &sd->counters;

	seq_printf(file, "executed %lld\n", atomic64_read(&c->executed));
	seq_printf(file, "completions %lld\n", atomic64_read(&c->completions));
	seq_printf(file, "bad_doorbells %lld\n",
		   atomic64_read(&c->bad_doorbells));
	seq_printf(file, "lost_doorbells %lld\n",
		   atomic64_read(&c->lost_doorbells));
	seq_printf(file, "faults %lld\n", atomic64_read(&c->faults));
	seq_printf(file, "left_behind %lld\n", atomic64_read(&c->left_behind));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(sim_counters);

/* Without debugfs there are no faults, and nothing else is missing. */
void sim_fault_add_files(struct sim_device *sd, struct dentry *root)
{
	char name[UACCE_MAX_NAME_SIZE];

	snprintf(name, sizeof(name), "%s-%u", sd->engine->name, sd->slot);
	sd->debugfs = debugfs_create_dir(name, root);
	debugfs_create_file("control", 0200, sd->debugfs, sd,
			    &sim_control_fops);
	debugfs_create_file("rules", 0400, sd->debugfs, sd, &sim_rules_fops);
	debugfs_create_file("counters", 0444, sd->debugfs, sd,
			    &sim_counters_fops);
}
