// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of a device: sysfs-driver-uacce describes them.
 *
 * No lock is needed: uacce_remove() waits for whoever is in here before it
 * takes ops away.
 */
#include "uacce_internal.h"

#include <linux/kernel.h>
#include <linux/sysfs.h>

static struct uacce_device *to_uacce(struct device *dev)
{
	return container_of(dev, struct uacce_device, dev);
}

static ssize_t api_show(struct device *dev, struct device_attribute *attr,
			char *buf)
{
	return sysfs_emit(buf, "%s\n", to_uacce(dev)->api_ver);
}
static DEVICE_ATTR_RO(api);

static ssize_t flags_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%u\n", to_uacce(dev)->flags);
}
static DEVICE_ATTR_RO(flags);

static ssize_t algorithms_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", to_uacce(dev)->algs);
}
static DEVICE_ATTR_RO(algorithms);

static ssize_t available_instances_show(struct device *dev,
					struct device_attribute *attr,
					char *buf)
{
	struct uacce_device *uacce = to_uacce(dev);

	if (!uacce->ops->get_available_instances)
		return -ENODEV;
	return sysfs_emit(buf, "%d\n",
			  uacce->ops->get_available_instances(uacce));
}
static DEVICE_ATTR_RO(available_instances);

static ssize_t region_size_show(struct device *dev, enum uacce_qfrt type,
				char *buf)
{
	return sysfs_emit(buf, "%lu\n",
			  to_uacce(dev)->qf_pg_num[type] << PAGE_SHIFT);
}

static ssize_t region_mmio_size_show(struct device *dev,
				     struct device_attribute *attr, char *buf)
{
	return region_size_show(dev, UACCE_QFRT_MMIO, buf);
}
static DEVICE_ATTR_RO(region_mmio_size);

static ssize_t region_dus_size_show(struct device *dev,
				    struct device_attribute *attr, char *buf)
{
	return region_size_show(dev, UACCE_QFRT_DUS, buf);
}
static DEVICE_ATTR_RO(region_dus_size);

static ssize_t isolate_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	struct uacce_device *uacce = to_uacce(dev);

	if (!uacce->ops->get_isolate_state)
		return -ENOENT;
	return sysfs_emit(buf, "%d\n", uacce->ops->get_isolate_state(uacce));
}
static DEVICE_ATTR_RO(isolate);

static ssize_t isolate_strategy_show(struct device *dev,
				     struct device_attribute *attr, char *buf)
{
	struct uacce_device *uacce = to_uacce(dev);

	if (!uacce->ops->isolate_err_threshold_read)
		return -ENOENT;
	return sysfs_emit(buf, "%u\n",
			  uacce->ops->isolate_err_threshold_read(uacce));
}

static ssize_t isolate_strategy_store(struct device *dev,
				      struct device_attribute *attr,
				      const char *buf, size_t count)
{
	struct uacce_device *uacce = to_uacce(dev);
	unsigned long threshold;
	int ret;

	if (!uacce->ops->isolate_err_threshold_write)
		return -ENOENT;
	if (kstrtoul(buf, 0, &threshold) || threshold > UACCE_MAX_ERR_THRESHOLD)
		return -EINVAL;
	ret = uacce->ops->isolate_err_threshold_write(uacce, threshold);
	return ret ? ret : count;
}
static DEVICE_ATTR_RW(isolate_strategy);

static struct attribute *uacce_attrs[] = {
	&dev_attr_api.attr,
	&dev_attr_flags.attr,
	&dev_attr_algorithms.attr,
	&dev_attr_available_instances.attr,
	&dev_attr_region_mmio_size.attr,
	&dev_attr_region_dus_size.attr,
	&dev_attr_isolate.attr,
	&dev_attr_isolate_strategy.attr,
	NULL,
};

/* What a device cannot answer is not there. */
static umode_t uacce_attr_visible(struct kobject *kobj, struct attribute *attr,
				  int n)
{
	struct uacce_device *uacce = to_uacce(kobj_to_dev(kobj));
	bool visible = true;

	if (attr == &dev_attr_region_mmio_size.attr)
		visible = uacce->qf_pg_num[UACCE_QFRT_MMIO];
	else if (attr == &dev_attr_region_dus_size.attr)
		visible = uacce->qf_pg_num[UACCE_QFRT_DUS];
	else if (attr == &dev_attr_isolate.attr)
		visible = uacce->ops->get_isolate_state;
	else if (attr == &dev_attr_isolate_strategy.attr)
		visible = uacce->ops->isolate_err_threshold_read ||
			  uacce->ops->isolate_err_threshold_write;
	return visible ? attr->mode : 0;
}

static const struct attribute_group uacce_group = {
	.attrs = uacce_attrs,
	.is_visible = uacce_attr_visible,
};

const struct attribute_group *uacce_groups[] = {
	&uacce_group,
	NULL,
};
