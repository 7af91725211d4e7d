// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices: from a driver's uacce_alloc() to its uacce_remove().
 */
#include "uacce_internal.h"
#include "uacce_compat.h"

#include <linux/module.h>
#include <linux/slab.h>
#include <linux/xarray.h>

static dev_t uacce_devt;
static struct class *uacce_class;

/* All devices, by number. Whoever is in it has not been removed. */
static DEFINE_XARRAY_ALLOC(uacce_xa);

static const struct xa_limit uacce_id_limit = XA_LIMIT(0, MINORMASK - 1);

struct uacce_device *uacce_device_get(struct inode *inode)
{
	struct uacce_device *uacce;

	/*
	 * The number may have been given to another device since the inode's
	 * cdev was looked up.
	 */
	xa_lock(&uacce_xa);
	uacce = xa_load(&uacce_xa, iminor(inode));
	if (uacce && READ_ONCE(uacce->cdev) == inode->i_cdev)
		get_device(&uacce->dev);
	else
		uacce = NULL;
	xa_unlock(&uacce_xa);
	return uacce;
}

static void uacce_device_release(struct device *dev)
{
	kfree(container_of(dev, struct uacce_device, dev));
}

/**
 * uacce_alloc() - make a device
 * @parent: what it is a part of
 * @interface: its name, what it wants, and what it can do
 *
 * User space does not see it before uacce_register(). Look at its flags: SVA
 * is what was asked for, unless the parent is known not to have it.
 *
 * Return: the device, for uacce_remove(), or an error pointer.
 */
struct uacce_device *uacce_alloc(struct device *parent,
				 struct uacce_interface *interface)
{
	struct uacce_device *uacce;
	int ret;

	if (!parent || !interface || !interface->ops)
		return ERR_PTR(-EINVAL);

	uacce = kzalloc(sizeof(*uacce), GFP_KERNEL);
	if (!uacce)
		return ERR_PTR(-ENOMEM);

	uacce->parent = parent;
	uacce->ops = interface->ops;
	INIT_LIST_HEAD(&uacce->queues);
	mutex_init(&uacce->mutex);

	ret = xa_alloc(&uacce_xa, &uacce->dev_id, uacce, uacce_id_limit,
		       GFP_KERNEL);
	if (ret < 0) {
		kfree(uacce);
		return ERR_PTR(ret);
	}

	device_initialize(&uacce->dev);
	uacce->dev.devt = MKDEV(MAJOR(uacce_devt), uacce->dev_id);
	uacce->dev.class = uacce_class;
	uacce->dev.groups = uacce_groups;
	uacce->dev.parent = parent;
	uacce->dev.release = uacce_device_release;
	ret = dev_set_name(&uacce->dev, "%.*s-%u", UACCE_MAX_NAME_SIZE - 1,
			   interface->name, uacce->dev_id);
	if (ret) {
		xa_erase(&uacce_xa, uacce->dev_id);
		put_device(&uacce->dev);
		return ERR_PTR(ret);
	}

	uacce_sva_enable(uacce, interface->flags);
	return uacce;
}
EXPORT_SYMBOL_GPL(uacce_alloc);

/**
 * uacce_register() - show a device to user space
 * @uacce: the device, with everything filled in
 *
 * Queues may be opened before this returns. If it fails, the device is still
 * there for uacce_remove().
 *
 * Return: 0 or an error.
 */
int uacce_register(struct uacce_device *uacce)
{
	struct cdev *cdev;
	int ret;

	if (!uacce)
		return -ENODEV;

	cdev = cdev_alloc();
	if (!cdev)
		return -ENOMEM;
	cdev->ops = &uacce_fops;
	cdev->owner = THIS_MODULE;
	cdev_set_parent(cdev, &uacce->dev.kobj);
	WRITE_ONCE(uacce->cdev, cdev);

	ret = cdev_add(cdev, uacce->dev.devt, 1);
	if (ret) {
		/* It has no reference to its parent yet. */
		cdev->kobj.parent = NULL;
		kobject_put(&cdev->kobj);
		goto err;
	}
	ret = device_add(&uacce->dev);
	if (ret) {
		cdev_del(cdev);
		goto err;
	}
	return 0;

err:
	WRITE_ONCE(uacce->cdev, NULL);
	return ret;
}
EXPORT_SYMBOL_GPL(uacce_register);

/**
 * uacce_remove() - take a device away
 * @uacce: the device; NULL is allowed
 *
 * Its queues are stopped, unmapped and given back, even if they are open. None
 * of its ops runs any more when this returns, and the strings it was given are
 * not used. What is left is freed with the last close.
 */
void uacce_remove(struct uacce_device *uacce)
{
	struct device *parent;
	struct uacce_queue *q;

	if (!uacce)
		return;

	/*
	 * An open() that has found the device already waits for the mutex, and
	 * then sees that the parent is gone.
	 */
	if (uacce->cdev)
		cdev_device_del(uacce->cdev, &uacce->dev);
	xa_erase(&uacce_xa, uacce->dev_id);

	mutex_lock(&uacce->mutex);
	list_for_each_entry(q, &uacce->queues, list) {
		uacce_queue_end(q);
		uacce_queue_withdraw(q);
	}
	/* Whoever calls the driver from now on stops here, not in freed code. */
	uacce->ops = NULL;
	parent = uacce->parent;
	uacce->parent = NULL;
	mutex_unlock(&uacce->mutex);

	uacce_sva_disable(uacce, parent);
	put_device(&uacce->dev);
}
EXPORT_SYMBOL_GPL(uacce_remove);

static int __init uacce_init(void)
{
	int ret;

	uacce_class = uacce_class_create(UACCE_NAME);
	if (IS_ERR(uacce_class)) {
		ret = PTR_ERR(uacce_class);
		if (ret == -EEXIST)
			pr_err("the class \"%s\" is taken: there is another uacce in this kernel\n",
			       UACCE_NAME);
		return ret;
	}

	ret = alloc_chrdev_region(&uacce_devt, 0, MINORMASK, UACCE_NAME);
	if (ret) {
		class_destroy(uacce_class);
		return ret;
	}
	return 0;
}

static void __exit uacce_exit(void)
{
	unregister_chrdev_region(uacce_devt, MINORMASK);
	class_destroy(uacce_class);
	/* Bindings are freed some time after their last queue was closed. */
	uacce_mm_synchronize();
}

subsys_initcall(uacce_init);
module_exit(uacce_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The uacced authors");
MODULE_DESCRIPTION("Queues of accelerators for user space");
