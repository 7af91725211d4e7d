// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parameters, devices and their parents.
 */
#include <linux/bitmap.h>
#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/slab.h>

#include "sim.h"

#define SIM_MAX_DEVICES	16

static unsigned int zip_devices = 1;
module_param(zip_devices, uint, 0444);
MODULE_PARM_DESC(zip_devices, "Devices hisi_zip-*, 0..16");

static unsigned int sec_devices = 1;
module_param(sec_devices, uint, 0444);
MODULE_PARM_DESC(sec_devices, "Devices hisi_sec2-*, 0..16");

static unsigned int queues = 64;
module_param(queues, uint, 0444);
MODULE_PARM_DESC(queues, "Queues of each device, 1..1024");

static unsigned int version = 3;
module_param(version, uint, 0444);
MODULE_PARM_DESC(version, "Version of the queue manager, 2 or 3");

unsigned int sim_spin_us = 20;
module_param_named(spin_us, sim_spin_us, uint, 0644);
MODULE_PARM_DESC(spin_us, "A queue without work spins so long");

unsigned int sim_idle_us = 4000;
module_param_named(idle_us, sim_idle_us, uint, 0644);
MODULE_PARM_DESC(idle_us, "Then it sleeps at most so long at a time");

unsigned int sim_quiet_us = 10000;
module_param_named(quiet_us, sim_quiet_us, uint, 0644);
MODULE_PARM_DESC(quiet_us, "A descriptor whose doorbell was lost waits so long");

static struct sim_device *sim_devices;
static unsigned int sim_device_count;
static struct dentry *sim_debugfs;

static ssize_t simulated_show(struct device *dev, struct device_attribute *attr,
			      char *buf)
{
	return sysfs_emit(buf, "1\n");
}
static DEVICE_ATTR_RO(simulated);

#ifndef CONFIG_NUMA
/* User space wants it; with NUMA every platform device has it. */
static ssize_t numa_node_show(struct device *dev, struct device_attribute *attr,
			      char *buf)
{
	return sysfs_emit(buf, "0\n");
}
static DEVICE_ATTR_RO(numa_node);
#endif

static struct attribute *sim_parent_attrs[] = {
	&dev_attr_simulated.attr,
#ifndef CONFIG_NUMA
	&dev_attr_numa_node.attr,
#endif
	NULL
};
ATTRIBUTE_GROUPS(sim_parent);

/* Under sd->lock. */
int sim_device_register(struct sim_device *sd)
{
	struct uacce_interface interface = {
		.flags = UACCE_DEV_SVA_SW,
		.ops = &sim_uacce_ops,
	};
	struct uacce_device *uacce;
	int ret;

	lockdep_assert_held(&sd->lock);
	if (sd->uacce)
		return -EBUSY;
	strscpy(interface.name, sd->engine->name, sizeof(interface.name));
	uacce = uacce_alloc(&sd->parent->dev, &interface);
	if (IS_ERR(uacce))
		return PTR_ERR(uacce);
	uacce->api_ver = sd->api;
	uacce->algs = sd->algorithms;
	uacce->priv = sd;
	uacce->qf_pg_num[UACCE_QFRT_MMIO] = PAGE_ALIGN(SIM_MMIO_BYTES) /
					    PAGE_SIZE;
	uacce->qf_pg_num[UACCE_QFRT_DUS] = sim_dus_bytes() / PAGE_SIZE;
	ret = uacce_register(uacce);
	if (ret) {
		uacce_remove(uacce);
		return ret;
	}
	sd->uacce = uacce;
	return 0;
}

/* Under sd->lock. */
void sim_device_unregister(struct sim_device *sd)
{
	lockdep_assert_held(&sd->lock);
	if (!sd->uacce)
		return;
	uacce_remove(sd->uacce);
	sd->uacce = NULL;
}

static struct platform_device *sim_parent_add(unsigned int index)
{
	struct platform_device *parent;
	int ret;

	parent = platform_device_alloc("uacce_sim", index);
	if (!parent)
		return ERR_PTR(-ENOMEM);
	parent->dev.groups = sim_parent_groups;
	set_dev_node(&parent->dev, first_online_node);
	ret = platform_device_add(parent);
	if (ret) {
		platform_device_put(parent);
		return ERR_PTR(ret);
	}
	return parent;
}

static const char *sim_zip_algorithms(void)
{
	/* As hardware, without what is not simulated: lz4, lz77_*. */
	return "zlib\ngzip\ndeflate";
}

static int sim_device_init(struct sim_device *sd, unsigned int index)
{
	int ret;

	sd->kind = index < zip_devices ? SIM_ZIP : SIM_SEC;
	sd->slot = sd->kind == SIM_ZIP ? index : index - zip_devices;
	sd->engine = sd->kind == SIM_ZIP ? &sim_zip_engine : &sim_sec_engine;
	sd->algorithms = sd->kind == SIM_ZIP ? sim_zip_algorithms() :
					       sim_sec_algorithms();
	sd->version = version;
	sd->api = version == 2 ? "hisi_qm_v2" : "hisi_qm_v3";
	sd->queue_count = queues;
	mutex_init(&sd->lock);
	mutex_init(&sd->queue_lock);
	spin_lock_init(&sd->rule_lock);
	INIT_LIST_HEAD(&sd->queues);
	INIT_DELAYED_WORK(&sd->back, sim_fault_back);
	sd->sqns = bitmap_zalloc(queues, GFP_KERNEL);
	if (!sd->sqns)
		return -ENOMEM;
	sd->parent = sim_parent_add(index);
	if (IS_ERR(sd->parent)) {
		ret = PTR_ERR(sd->parent);
		goto err_free_sqns;
	}
	mutex_lock(&sd->lock);
	ret = sim_device_register(sd);
	mutex_unlock(&sd->lock);
	if (ret)
		goto err_remove_parent;
	sim_fault_add_files(sd, sim_debugfs);
	return 0;

err_remove_parent:
	platform_device_unregister(sd->parent);
err_free_sqns:
	bitmap_free(sd->sqns);
	return ret;
}

/* What is left of its queues has been freed, or is in sim_queue_reap(). */
static void sim_device_exit(struct sim_device *sd)
{
	cancel_delayed_work_sync(&sd->back);
	mutex_lock(&sd->lock);
	sim_device_unregister(sd);
	mutex_unlock(&sd->lock);
	platform_device_unregister(sd->parent);
}

static void sim_exit_all(void)
{
	unsigned int i;

	/* No more faults, which could bring a device back. */
	debugfs_remove_recursive(sim_debugfs);
	for (i = 0; i < sim_device_count; i++)
		sim_device_exit(&sim_devices[i]);
	sim_queue_reap(true);
	for (i = 0; i < sim_device_count; i++)
		bitmap_free(sim_devices[i].sqns);
	kvfree(sim_devices);
}

static int __init sim_init(void)
{
	unsigned int count, i;
	int ret;

	if (zip_devices > SIM_MAX_DEVICES || sec_devices > SIM_MAX_DEVICES ||
	    queues < 1 || queues > HISI_QM_MAX_SQN + 1 ||
	    (version != 2 && version != 3))
		return -EINVAL;
	if (sec_devices)
		sim_sec_probe();
	count = zip_devices + sec_devices;
	sim_devices = kvcalloc(max(count, 1u), sizeof(*sim_devices),
			       GFP_KERNEL);
	if (!sim_devices)
		return -ENOMEM;
	sim_debugfs = debugfs_create_dir("uacce_sim", NULL);
	for (i = 0; i < count; i++) {
		ret = sim_device_init(&sim_devices[i], i);
		if (ret) {
			sim_exit_all();
			return ret;
		}
		sim_device_count++;
	}
	return 0;
}

static void __exit sim_exit(void)
{
	sim_exit_all();
}

module_init(sim_init);
module_exit(sim_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Simulated HiSilicon accelerators for uacce");
